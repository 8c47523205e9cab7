//! Nothing is registered.

use core::iter::Empty;
use core::marker::PhantomData;

/// A type that can be submitted.
pub trait Collect: Sync + Sized + 'static {}

/// Everything of type `T` that was submitted: nothing. A type and a value, as in the real crate.
#[allow(non_camel_case_types, reason = "the name in the real crate")]
#[derive(Debug, Clone, Copy)]
pub enum iter<T> {
    /// Never made.
    Phantom(core::convert::Infallible, PhantomData<T>),
    /// The value.
    iter,
}

mod values {
    pub use super::iter::iter;
}

pub use values::*;

impl<T: Collect> IntoIterator for iter<T> {
    type Item = &'static T;
    type IntoIter = Empty<&'static T>;

    fn into_iter(self) -> Self::IntoIter {
        core::iter::empty()
    }
}

impl<T: Collect> core::ops::Deref for iter<T> {
    type Target = fn() -> Empty<&'static T>;

    fn deref(&self) -> &Self::Target {
        &(core::iter::empty as fn() -> Empty<&'static T>)
    }
}

/// Makes a type submittable.
#[macro_export]
macro_rules! collect {
    ($ty:ty) => {
        impl $crate::Collect for $ty {}
    };
}

/// Drops what is submitted.
#[macro_export]
macro_rules! submit {
    ($($value:tt)*) => {};
}
