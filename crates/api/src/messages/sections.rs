//! The sections of a language's file in web/messages, each a part of the page; a page that is added adds its own.

use super::template::MessageTemplate;
use serde::{Deserialize, Serialize};

/// Structs that a file must fill exactly: a text that one language lacks, or that no page asks for, is an error.
macro_rules! sections {
    ($($(#[$doc:meta])* $name:ident { $($text:ident: $kind:ty,)* })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Serialize, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub(crate) struct $name {
            $(pub(crate) $text: $kind,)*
        }
    )*};
}

sections! {
    /// The language itself: as HTTP calls it and as its speakers do, and what parts a number's decimals from the
    /// rest and its thousands from each other.
    Language { tag: String, name: String, decimal: String, thousands: String, }

    /// What every page has.
    PageText {
        description: String,
        languages: String,
        pages: String,
        draw: String,
        history: String,
        labelling: String,
        quality: String,
    }

    /// The canvas and its tools.
    CanvasText {
        workspace: String,
        canvas: String,
        prompt: String,
        keyboard: String,
        without_script: String,
        undo: String,
        undo_keys: String,
        redo: String,
        redo_keys: String,
        eraser: String,
        eraser_keys: String,
        width: MessageTemplate,
        // From the thinnest on.
        widths: [String; 3],
        width_title: String,
        width_note: String,
        clear: String,
        clear_keys: String,
        picture: String,
        picture_ways: String,
        camera: String,
        read: String,
        submit: String,
        submit_keys: String,
        privacy: String,
    }

    /// The answer beside the canvas.
    AnswerText {
        panel: String,
        not_a_digit: String,
        // From the surest down, as `AT_LEAST` has them.
        confidence_label: [String; 5],
        reasons: Reasons,
        nearest: MessageTemplate,
        soon: String,
        busy: String,
        bitmap: String,
        seen: String,
        kept: String,
        submit: String,
        bars: String,
        rate: MessageTemplate,
        rate_unknown: String,
        more: String,
        delete: String,
        delete_sure: String,
        model: MessageTemplate,
    }

    /// Why a drawing is not a digit, by the names that answers have for it.
    Reasons { too_small: String, several_digits: String, unlike_a_digit: String, }

    /// What an answer rests on.
    WhyText {
        ask: String,
        title: String,
        heading: MessageTemplate,
        picture: String,
        speaks_for: MessageTemplate,
        nothing_for: String,
        speaks_against: MessageTemplate,
        nothing_against: String,
        // The nine parts of a drawing, row by row.
        regions: [String; 9],
        asked_anew: MessageTemplate,
    }

    /// What people say that a drawing is.
    LabelText {
        not_a_digit: String,
        unsure: String,
        unsure_key: String,
        right: String,
        wrong: String,
        change: String,
        take_back: String,
        take_back_keys: String,
        question: String,
        thanks: MessageTemplate,
    }

    /// The strip of recent drawings.
    RecentText {
        newest_heading: String,
        older_heading: String,
        unavailable: String,
        none: String,
        // As short as a thumbnail is wide.
        tags: Reasons,
        right: String,
        wrong: MessageTemplate,
        unlabelled: String,
        pages: String,
        newest: String,
        older: String,
    }

    /// The history, and what can be looked for there.
    HistoryText {
        views: String,
        heading: String,
        any: String,
        all: String,
        wrong: String,
        low_confidence: String,
        labelled: String,
        not_labelled: String,
        filters: String,
        predicted: String,
        true_label: String,
        label: String,
        model: String,
        source: String,
        sources: Sources,
        since: String,
        until: String,
        show: String,
        none: String,
        export: String,
        formats: [String; 3],
    }

    /// Where a drawing came from.
    Sources { canvas: String, upload: String, api: String, }

    /// A drawing's own page.
    DrawingText {
        heading: String,
        picture: String,
        replay: String,
        facts: String,
        when: String,
        source: String,
        took: String,
        models: String,
        models_about: String,
        models_unavailable: String,
        model: String,
        says: String,
    }

    /// The queue for those who label many.
    LabellingText {
        left: MessageTemplate,
        about: String,
        picture: String,
        skip: String,
        done: MessageTemplate,
        network: MessageTemplate,
        none: String,
        skipped: String,
        again: String,
    }

    /// How good the answers have been.
    QualityText {
        span: String,
        heading: String,
        days: MessageTemplate,
        all: String,
        all_models: String,
        nobody: String,
        label: String,
        of: MessageTemplate,
        interval: MessageTemplate,
        drawings: MessageTemplate,
        sample: String,
        none: String,
        taken_for: MessageTemplate,
        table: String,
        models: String,
        model: String,
        count: String,
        right: String,
        range: String,
        labelled: String,
        confusion: String,
        confusion_about: String,
        mistakes: String,
        no_mistakes: String,
        truth: String,
        predicted: String,
        calibration: String,
        calibration_about: String,
        confidence: String,
        drift: String,
        drift_about: String,
        mean: String,
        from: String,
        to: String,
        latency: String,
        latency_about: MessageTemplate,
        latency_most: MessageTemplate,
        time: String,
    }

    /// What went wrong, by the codes that problems have.
    Problems {
        model_unavailable: Notice,
        database_unavailable: Notice,
        overloaded: Notice,
        blank_image: Notice,
        not_an_image: Notice,
        corrupt_image: Notice,
        payload_too_large: Notice,
        image_too_large: Notice,
        unsupported_media_type: Notice,
        invalid_form: Notice,
        cross_site_request: Notice,
        not_found: Notice,
        invalid_query: Notice,
        record_unavailable: Notice,
        other: Notice,
    }

    /// What went wrong and what to do about it.
    Notice { title: String, advice: String, }

    /// What only the script says.
    ScriptText {
        cleared: String,
        label_taken_back: String,
        deleted: String,
        not_deleted: String,
        not_explained: String,
        next: String,
        recorded: MessageTemplate,
        shown: MessageTemplate,
        last_not_recorded: String,
        undo_brings_back: String,
        draw_larger: String,
        drawing_still_here: String,
        picture_still_here: String,
        trying_again: String,
        submit_sends_again: String,
        record_unavailable: String,
        label_not_recorded: String,
        unreachable: String,
        unavailable: String,
        try_another: String,
    }
}
