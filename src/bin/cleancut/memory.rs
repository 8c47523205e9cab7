//! Photos under way take no more memory than they may, together.

use std::sync::{Condvar, Mutex, PoisonError};

use cleancut::Error;
use cleancut::options::Size;
use cleancut::read::read;

/// What each photo takes besides its pixels: the network's maps, buffers.
const PHOTO_BYTES: u64 = 40_000_000;
/// What a pixel of the photo takes at most: the photo, its mask, and what is made of both.
const PIXEL_BYTES: u64 = 14;

/// Memory that may be taken, bytes.
pub(super) struct Memory {
    all: u64,
    free: Mutex<u64>,
    freed: Condvar,
}

/// A photo's share; goes back when dropped.
pub(super) struct Share<'a> {
    memory: &'a Memory,
    bytes: u64,
}

impl Memory {
    pub(super) fn new(bytes: u64) -> Self {
        Self { all: bytes, free: Mutex::new(bytes), freed: Condvar::new() }
    }

    /// Waits until there is room for the photo in `file`, and its cut-out of `size`.
    ///
    /// # Errors
    /// It would never have any.
    pub(super) fn share(&self, file: &[u8], size: Option<Size>) -> Result<Share<'_>, String> {
        let bytes = need_bytes(file, size);
        if bytes > self.all {
            let [bytes, all] = [bytes, self.all].map(|bytes| bytes.div_ceil(1_000_000));
            return Err(format!("it takes {bytes} MB of memory; the limit is {all} MB"));
        }
        let free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        let free = self.freed.wait_while(free, |free| *free < bytes);
        *free.unwrap_or_else(PoisonError::into_inner) -= bytes;
        Ok(Share { memory: self, bytes })
    }
}

impl Drop for Share<'_> {
    fn drop(&mut self) {
        *self.memory.free.lock().unwrap_or_else(PoisonError::into_inner) += self.bytes;
        self.memory.freed.notify_all();
    }
}

/// By the size in the header; a file without one is refused before it takes any.
fn need_bytes(file: &[u8], size: Option<Size>) -> u64 {
    // With a limit of nothing the header is read and no more.
    let photo = match read(file, 0) {
        Err(Error::TooLarge { width, height, .. }) => Some((width, height)),
        _ => None,
    };
    let framed =
        size.and_then(|Size { width, height }| Some((width.or(height)?, height.or(width)?)));
    let pixels = |(width, height)| u64::from(width) * u64::from(height);
    let pixels = photo.map_or(0, pixels) + framed.map_or(0, pixels);
    PHOTO_BYTES + file.len() as u64 + pixels * PIXEL_BYTES
}
