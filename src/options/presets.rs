//! What large marketplaces ask of a product's main picture, as options. In: a preset's name. Out:
//! its [`Preset`].
//!
//! Where a page gives a range or a least value, the preset stays inside it with some air. Rules
//! change and differ between categories: read the source before you rely on one.

/// A marketplace's wishes as plain data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Preset {
    /// The value of the option `preset`.
    pub name: &'static str,
    /// Names and values, as [`Options::parse`](crate::Options::parse) takes them.
    pub options: &'static [(&'static str, &'static str)],
    /// The page that says so.
    pub source: &'static str,
    /// What it says, and when it was read.
    pub note: &'static str,
}

/// Every preset, by name.
pub const PRESETS: [Preset; 7] = [
    Preset {
        name: "amazon",
        options: &[
            ("aspect", "1"),
            ("fill", "88%"),
            ("size", "2000x2000"),
            ("background", "#ffffff"),
            ("format", "jpeg"),
        ],
        source: "https://mercatuslab.com/blog/amazon-product-image-requirements",
        note: "as listed there in 2026, not on Amazon's own pages: pure white, at least 85 % of the \
               frame, square, 1600 px or more for zoom, JPEG preferred",
    },
    Preset {
        name: "ebay",
        options: &[
            ("aspect", "1"),
            ("margin", "5%"),
            ("size", "1600x1600"),
            ("background", "#ffffff"),
            ("format", "jpeg"),
        ],
        source: "https://www.ebay.com/help/policies/listing-policies/picture-policy?id=4370",
        note: "read in November 2026: at least 500 px on the longest side, no borders or text; \
               1600 px as listed in https://plomz.com/guide/ebay-image-requirements-for-sellers-2026",
    },
    Preset {
        name: "google",
        options: &[
            ("aspect", "1"),
            ("fill", "85%"),
            ("size", "1500x1500"),
            ("background", "#ffffff"),
            ("format", "jpeg"),
        ],
        source: "https://support.google.com/merchants/answer/6324350",
        note: "as listed in https://sharpfeed.io/docs/fields/image-link, read in November 2026: \
               the product covers 75 to 90 % of the picture, 1500 px or more, white or transparent",
    },
    Preset {
        name: "shopify",
        options: &[("aspect", "1"), ("margin", "8%"), ("size", "2048x2048")],
        source: "https://sellshot.ai/en/blog/shopify-product-image-size-guide",
        note: "as listed there in 2026 after Shopify's help pages: square, 2048 px; the ground is \
               the shop's own choice and stays as it is",
    },
    Preset {
        name: "tiktok",
        options: &[
            ("aspect", "1"),
            ("fill", "85%"),
            ("size", "1000x1000"),
            ("background", "#ffffff"),
            ("format", "jpeg"),
        ],
        source: "https://imagespeccheck.com/tools/tiktok-shop-image",
        note: "as listed there in 2026: square, at least 600 px, pure white, JPEG or PNG",
    },
    Preset {
        name: "walmart",
        options: &[
            ("aspect", "1"),
            ("margin", "5%"),
            ("size", "2200x2200"),
            ("background", "#ffffff"),
            ("format", "jpeg"),
        ],
        source: "https://marketplacelearn.walmart.com/guides/Item%20setup/Item%20content,%20imagery,%20and%20media/Product-detail-page:-Image-guidelines-&-requirements",
        note: "read in November 2026, the page is of 15 July 2025: square, 2200 px, seamless white, \
               JPEG or PNG, 5 MB",
    },
    Preset {
        name: "zalando",
        options: &[
            ("margin", "5%"),
            ("size", "1801x2600"),
            ("background", "#ffffff"),
            ("format", "jpeg"),
        ],
        source: "https://partner.zalando.com/university/article/accessories-image-guide",
        note: "read in November 2026: 1801 x 2600 px best, 1 : 1.44, upright, JPEG, a white ground \
               for packshots",
    },
];

/// The preset called `name`.
pub fn preset(name: &str) -> Option<&'static Preset> {
    PRESETS.iter().find(|preset| preset.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::Options;

    #[test]
    fn every_preset_is_made_of_options_that_exist_and_names_its_source() {
        let error = Options::parse([("preset", "nowhere")]).unwrap_err().to_string();
        for preset in PRESETS {
            let options = Options::parse([("preset", preset.name)]).unwrap();
            assert!(options.frame.size.is_some() && options != Options::default());
            assert!(preset.source.starts_with("https://") && preset.note.contains("2026"));
            assert!(preset.options.iter().all(|(name, _)| *name != "preset"));
            assert!(error.contains(preset.name), "{error}");
        }
    }
}
