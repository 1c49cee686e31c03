//! Numbers to damage things with: the same on every run, so that a failure can be looked at again.

/// A sequence of numbers, each below the one it is asked for (Marsaglia's xorshift).
pub(crate) fn numbers() -> impl FnMut(usize) -> usize {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    move |below| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % below as u64) as usize
    }
}
