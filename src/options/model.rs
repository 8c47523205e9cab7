//! The networks that `models/manifest.json` ships.

/// A network: which file, and what it is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Model {
    /// U2-Net's decoder on EfficientNet-Lite0: right about most photos.
    Base,
    /// The same without the encoder's last stages: a third of the bytes.
    Small,
}

impl Model {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Base, Self::Small];

    /// The one that is used when none is named.
    pub const DEFAULT: Self = match env!("CLEANCUT_DEFAULT_MODEL").as_bytes() {
        b"base" => Self::Base,
        b"small" => Self::Small,
        _ => panic!("`default` in models/manifest.json is base or small"),
    };

    /// `"base"` or `"small"`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Base => "base",
            Self::Small => "small",
        }
    }

    /// Its ONNX file in `models/`.
    pub const fn onnx(self) -> &'static str {
        match self {
            Self::Base => env!("CLEANCUT_BASE_ONNX"),
            Self::Small => env!("CLEANCUT_SMALL_ONNX"),
        }
    }

    /// The same file as a plan, beside it: what the browser and the command line load.
    pub const fn plan(self) -> &'static str {
        match self {
            Self::Base => env!("CLEANCUT_BASE_PLAN"),
            Self::Small => env!("CLEANCUT_SMALL_PLAN"),
        }
    }

    /// That plan itself, which [`Remover::new`](crate::Remover::new) takes.
    // Inlined, every crate that calls it would hold the plans once more.
    #[cfg(feature = "plans")]
    #[inline(never)]
    pub fn bytes(self) -> &'static [u8] {
        match self {
            Self::Base => {
                include_bytes!(concat!("../../models/", env!("CLEANCUT_BASE_PLAN")))
            }
            Self::Small => {
                include_bytes!(concat!("../../models/", env!("CLEANCUT_SMALL_PLAN")))
            }
        }
    }

    /// The SHA-256 of the ONNX file, lower-case hexadecimal.
    pub const fn sha256(self) -> &'static str {
        match self {
            Self::Base => env!("CLEANCUT_BASE_SHA256"),
            Self::Small => env!("CLEANCUT_SMALL_SHA256"),
        }
    }

    /// The model whose ONNX file has the SHA-256 `source`.
    pub fn of(source: &[u8; 32]) -> Option<Self> {
        let digest: String = source.iter().map(|byte| format!("{byte:02x}")).collect();
        Self::ALL.into_iter().find(|model| model.sha256() == digest)
    }
}
