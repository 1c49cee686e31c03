//! Pseudorandom numbers that are the same on every run, so a failure can be reproduced.

/// Returns a generator of numbers below its argument (Marsaglia's xorshift).
pub(crate) fn numbers() -> impl FnMut(usize) -> usize {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    move |below| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % below as u64) as usize
    }
}
