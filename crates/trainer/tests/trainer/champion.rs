//! The champion has the scores on the held-out sets that its card states.

use trainer::{evaluate::evaluate_set, sample_set, score::Score};

#[test]
#[ignore = "needs the data sets (DIGITS_DATA)"]
fn the_champion_has_the_scores_of_its_card() {
    let split = crate::split();
    let champion = crate::champion();
    for (stated, set) in champion.card().holdouts.iter().zip(sample_set::holdouts(&split.holdout)) {
        let found = Score::of(&*set.name, &evaluate_set(&champion, &set).unwrap());
        assert_eq!((&*stated.set, stated.samples), (&*found.set, found.samples));
        // The last digits of a logit differ between processors, so a sample at the threshold may be classified
        // differently.
        assert!(stated.errors.abs_diff(found.errors) <= 1, "{stated:?} {found:?}");
        assert!(stated.rejected.abs_diff(found.rejected) <= 2, "{stated:?} {found:?}");
    }
}
