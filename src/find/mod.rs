//! What the network is shown, and what its answer says.
//!
//! In: an [`Image`](crate::Image). Out: an [`Input`](crate::raster::Input) for the engine. In: a
//! [`Saliency`](crate::raster::Saliency) or a [`Mask`](crate::Mask). Out: how sure the network is, which
//! sides cut the subject, which of several is wanted, whether a photo is cut out already, and the [`Subject`](subject::Subject).

pub mod alpha;
pub mod border;
pub mod focus;
pub mod preprocess;
pub mod subject;
