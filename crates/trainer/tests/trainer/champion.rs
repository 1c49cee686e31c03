//! The champion, as it serves, does on the hold-outs what its card says of it.

use trainer::{evaluate::answers, score::Score, sets};

#[test]
fn the_champion_keeps_what_its_card_promises() {
    let Some(split) = crate::split() else { return };
    let champion = crate::champion();
    for (promise, set) in champion.card().holdouts.iter().zip(sets::holdouts(&split.holdout)) {
        let found = Score::of(&*set.name, &answers(&champion, &set).unwrap());
        assert_eq!((&*promise.set, promise.samples), (&*found.set, found.samples));
        // What one processor computes and another differs in the last digit, and so may a sample on the brink.
        assert!(promise.errors.abs_diff(found.errors) <= 1, "{promise:?} {found:?}");
        assert!(promise.rejected.abs_diff(found.rejected) <= 2, "{promise:?} {found:?}");
    }
}
