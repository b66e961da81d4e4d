//! The allocator of the addon on Linux: jemalloc, set to hand back what it does not use.
//!
//! glibc keeps a heap for each thread that ever allocated beside others, and what a sync or a merge
//! leaves there stays; a server that follows edits grew by a fifth over a hundred thousand searches.
//! Allocators of other systems are not known to do so and stay as they are.

#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// Read by jemalloc at its first allocation (jemalloc(3), TUNING), a C string.
///
/// Few arenas, since threads that index come and go and each arena keeps its own pages; what is
/// free for a tenth of a second goes back to the system, which indexing does not feel as it does
/// when pages go at once.
#[expect(unsafe_code, reason = "the name is one that jemalloc looks for, and nobody else has it")]
#[unsafe(export_name = "_rjem_malloc_conf")]
pub static MALLOC_CONF: &[u8; 46] = b"narenas:2,dirty_decay_ms:100,muzzy_decay_ms:0\0";
