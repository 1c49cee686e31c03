//! Shrinks a failing input, as long as it still fails.

use crate::sent::{Arrival, Sent};

/// The largest number of attempts.
const TRIES: usize = 2000;

/// Removes pieces of the body, large ones first, and then headers that are not necessary for the failure.
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
