//! What a wasm says when it breaks down: a panic, or that it was refused memory, is thrown as an `Error` with the
//! code `crashed` instead of ending in a bare trap. The instance is of no use afterwards.

use std::alloc::{GlobalAlloc, Layout, System};

use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::throw_val;

use super::with_code;

const CODE: &str = "crashed";

#[wasm_bindgen(start)]
fn start() {
    std::panic::set_hook(Box::new(|panic| throw_val(with_code(&panic.to_string(), CODE))));
}

#[global_allocator]
static HEAP: Heap = Heap;

/// The system's memory, or a throw. Inlined, it would stand wherever something is allocated, which takes 11 KB.
struct Heap;

// SAFETY: what comes out is the system's; where that is null, nothing comes out.
#[allow(unsafe_code, reason = "an allocator is unsafe to implement")]
unsafe impl GlobalAlloc for Heap {
    #[inline(never)]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: our caller owes what the system's does.
        given(unsafe { System.alloc(layout) })
    }

    #[inline(never)]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: our caller owes what the system's does.
        given(unsafe { System.alloc_zeroed(layout) })
    }

    #[inline(never)]
    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, bytes: usize) -> *mut u8 {
        // SAFETY: our caller owes what the system's does.
        given(unsafe { System.realloc(memory, layout, bytes) })
    }

    #[inline(never)]
    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        // SAFETY: our caller owes what the system's does.
        unsafe { System.dealloc(memory, layout) }
    }
}

fn given(memory: *mut u8) -> *mut u8 {
    if memory.is_null() {
        throw_val(with_code("the engine ran out of memory", CODE));
    }
    memory
}
