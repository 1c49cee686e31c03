//! Makes an input that fails smaller, as long as it fails.

use crate::sent::{Arrival, Sent};

/// The most requests that are tried.
const TRIES: usize = 2000;

/// Takes away what is not needed to fail: pieces of the body, large ones first, then headers.
pub(crate) async fn shrink<F: Future<Output = bool>>(sent: Sent, fails: impl Fn(Sent) -> F) -> Sent {
    let mut least = sent;
    let mut tries = 0;
    if least.arrival != Arrival::Whole {
        let whole = Sent { arrival: Arrival::Whole, ..least.clone() };
        if fails(whole.clone()).await {
            least = whole;
        }
    }
    let mut piece = least.body.len() / 2;
    while piece > 0 {
        let mut place = 0;
        while place < least.body.len() && tries < TRIES {
            let mut smaller = least.clone();
            smaller.body.drain(place..(place + piece).min(smaller.body.len()));
            tries += 1;
            if fails(smaller.clone()).await {
                least = smaller;
            } else {
                place += piece;
            }
        }
        piece /= 2;
    }
    for header in (0..least.headers.len()).rev() {
        let mut smaller = least.clone();
        smaller.headers.remove(header);
        if fails(smaller.clone()).await {
            least = smaller;
        }
    }
    least
}
