//! The sections of a language's file in web/messages. Each part of the pages has a section.

use super::{
    bundle::{FromBundle, Remaining},
    message::Message,
};
use serde::Serialize;

/// Defines structs that a file must fill exactly: a missing message and an unused one are errors.
macro_rules! sections {
    ($($(#[$doc:meta])* $name:ident { $($text:ident: $kind:ty,)* })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Serialize)]
        pub(crate) struct $name {
            $(pub(crate) $text: $kind,)*
        }

        impl FromBundle for $name {
            fn take(remaining: &mut Remaining, path: &[&str]) -> Self {
                Self { $($text: remaining.take(&[path, &[stringify!($text)]].concat()),)* }
            }
        }
    )*};
}

sections! {
    /// The frame of every page.
    PageText {
        description: String,
        languages: String,
        pages: String,
        draw: String,
        history: String,
        labelling: String,
        quality: String,
        login: String,
        account: String,
        gallery: String,
        privacy: String,
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
        width: Message,
        widths: PenWidths,
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
        privacy_open: String,
        privacy_own: String,
        privacy_gallery: String,
        may_train: String,
    }

    /// The widths of the pen.
    PenWidths { thin: String, medium: String, thick: String, }

    /// The answer next to the canvas.
    AnswerText {
        panel: String,
        not_a_digit: String,
        confidence_label: ConfidenceLabels,
        reasons: Reasons,
        nearest: Message,
        soon: String,
        busy: String,
        bitmap: String,
        seen: String,
        kept: String,
        submit: String,
        bars: String,
        rate: Message,
        rate_unknown: Message,
        more: String,
        delete: String,
        delete_sure: String,
        model: Message,
    }

    /// The labels of confidences, in descending order.
    ConfidenceLabels {
        almost_certain: String,
        very_likely: String,
        probable: String,
        possible: String,
        guess: String,
    }

    /// The reasons why a drawing is not a digit, by their names in the API.
    Reasons { too_small: String, several_digits: String, unlike_a_digit: String, }

    /// The explanation of an answer.
    WhyText {
        ask: String,
        title: String,
        heading: Message,
        picture: String,
        speaks_for: Message,
        nothing_for: String,
        speaks_against: Message,
        nothing_against: String,
        regions: Regions,
        computed_now: Message,
    }

    /// The nine parts of a drawing, row by row.
    Regions {
        upper_left: String,
        top: String,
        upper_right: String,
        left: String,
        middle: String,
        right: String,
        lower_left: String,
        bottom: String,
        lower_right: String,
    }

    /// The labels of drawings.
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
        thanks: Message,
    }

    /// The strip of recent drawings.
    RecentText {
        newest_heading: String,
        older_heading: String,
        unavailable: String,
        none: String,
        // The texts must fit below a thumbnail.
        tags: Reasons,
        right: String,
        wrong: Message,
        unlabelled: String,
        pages: String,
        newest: String,
        older: String,
    }

    /// The history and its filters.
    HistoryText {
        views: String,
        heading: String,
        any: String,
        all: String,
        wrong: String,
        low_confidence: String,
        labelled: String,
        not_labelled: String,
        disputed: String,
        suspect: String,
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
        formats: Formats,
    }

    /// The formats of an export.
    Formats { csv: String, ndjson: String, idx: String, }

    /// The sources of drawings.
    Sources { canvas: String, upload: String, api: String, }

    /// The page of a drawing.
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
        deletion: String,
        deletion_confirm: String,
    }

    /// The labelling queue.
    LabellingText {
        left: Message,
        disputed: Message,
        suspect: String,
        all: String,
        about: String,
        mixed: String,
        disputed_about: String,
        suspect_about: String,
        picture: String,
        skip: String,
        done: Message,
        network: Message,
        none: String,
        skipped: String,
        again: String,
        others: String,
    }

    /// The page about the quality of the predictions.
    QualityText {
        span: String,
        heading: String,
        days: Message,
        all: String,
        all_models: String,
        nobody: String,
        label: String,
        of: Message,
        interval: Message,
        drawings: Message,
        all_labels: String,
        all_labels_about: String,
        random_sample: String,
        random_sample_about: String,
        undecided: Message,
        no_random_sample: String,
        pruned: Message,
        sample_pruned: Message,
        none: String,
        taken_for: Message,
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
        latency_about: Message,
        time: String,
        same_drawings: String,
        same_drawings_about: String,
        challenger: String,
        champion: String,
        both_right: String,
        only_challenger_right: String,
        only_champion_right: String,
        neither_right: String,
    }

    /// The public gallery, and its review.
    GalleryText {
        heading: String,
        about: String,
        none: String,
        picture: String,
        report: String,
        report_about: String,
        reason: String,
        reasons: ReportReasons,
        send: String,
        reported: String,
        review: String,
        waiting: String,
        reports: String,
        hidden: String,
        nothing: String,
        approve: String,
        show: String,
        keep: String,
        hide: String,
    }

    /// The reasons of reports, by their names in the database.
    ReportReasons { offensive: String, personal: String, other: String, }

    /// The login, and the pages of accounts.
    AccountsText {
        name: String,
        password: String,
        log_in: String,
        log_out: String,
        invited_before: String,
        set_password: String,
        code: String,
        code_about: String,
        password_rule: String,
        signed_in: Message,
        change_password: String,
        change_password_about: String,
        old_password: String,
        new_password: String,
        sessions: String,
        sessions_about: String,
        began: String,
        used: String,
        this_session: String,
        end_session: String,
        end_all: String,
        tokens: String,
        tokens_about: String,
        token_shown: String,
        token_purpose: String,
        scopes: String,
        lifetime: String,
        days: Message,
        create_token: String,
        person: String,
        expires: String,
        never: String,
        revoke: String,
        revoked: String,
        people: String,
        role: String,
        roles: Roles,
        state: String,
        active: String,
        invited: String,
        disabled: String,
        seen: String,
        agreement: String,
        agreed: Message,
        changes: String,
        make_role: Message,
        disable: String,
        enable: String,
        reset: String,
        ignored: String,
        ignore_labels: String,
        count_labels: String,
        agreement_about: String,
        invite: String,
        invitation: Message,
        audit: String,
        audit_about: String,
        when: String,
        who: String,
        action: String,
        subject: String,
        address: String,
        refused: String,
    }

    /// The roles of people, by their names in the API.
    Roles { labeller: String, operator: String, }

    /// The registry of models.
    ModelsText {
        heading: String,
        about: String,
        version: String,
        state: String,
        states: ModelStates,
        since: String,
        actor: String,
        reason: String,
        none: String,
        rollback: String,
        rollback_about: String,
        change: String,
        promote: String,
        reject: String,
        shadow_drawings: Message,
        shadow_disagreements: Message,
        shadow_test: Message,
        shadow_ends: Message,
    }

    /// The training runs that have not ended.
    RunsText {
        heading: String,
        steps: TrainingSteps,
        epoch: Message,
        loss: Message,
        accuracy: Message,
    }

    /// The steps of a training run.
    TrainingSteps { training: String, evaluating: String, comparing: String, failed: String, }

    /// The page of a model.
    ModelText {
        history: String,
        training: String,
        examples: Message,
        deleted_examples: Message,
        trained_at: String,
        duration: String,
        minutes: Message,
        machine: String,
        architecture: String,
        parameters: String,
        command: String,
        data: String,
        file: String,
        evaluation: String,
        evaluation_about: String,
        set: String,
        samples: String,
        errors: String,
        accuracy: String,
        rejected: String,
        loss: String,
        calibration_error: String,
        comparison: Message,
        comparison_without: String,
        outcomes: Outcomes,
        rule: String,
        rules: GateRules,
        slice: String,
        measured: String,
        bound: String,
        points: Message,
        result: String,
        results: CheckResults,
        detail: String,
        gained: Message,
        gained_about: String,
        lost: Message,
        lost_about: String,
        deleted: String,
    }

    /// The outcomes of a comparison.
    Outcomes { better: String, worse: String, inconclusive: String, }

    /// The results of a check.
    CheckResults { passed: String, failed: String, undecided: String, }

    /// The rules of the gate.
    GateRules {
        finite_weights: String,
        golden_drawings: String,
        loss: String,
        accuracy: String,
        speed: String,
        non_inferiority: String,
        slice_harm: String,
        rejected_digits: String,
        rejected_negatives: String,
        calibration_error: String,
        collected_drawings: String,
        writers: String,
        superiority: String,
    }

    /// The drift of the serving model.
    DriftText {
        heading: String,
        about: Message,
        none: String,
        rejected: String,
        confidence: String,
        accuracy: String,
        week: String,
        evaluation: String,
        evaluation_about: String,
    }

    /// The page about the drawings from which a training run would learn.
    TrainingExamplesText {
        heading: String,
        about: String,
        train: Message,
        gate: Message,
        test: Message,
        gate_about: String,
        class: String,
        sources: DrawnByText,
        total: String,
        held_back: String,
        nothing_held_back: String,
        rule: String,
        rules: RulesText,
        computed: Message,
        computing: String,
        again: String,
    }

    /// The people who drew.
    DrawnByText { visitors: String, labellers: String, operators: String, imported: String, }

    /// The rules that hold drawings back from training.
    RulesText {
        unsure: String,
        not_allowed: String,
        too_small: String,
        unconfirmed: String,
        contradicted: String,
        new_labeller: String,
        class_limit: String,
        writer_limit: String,
        operator_limit: String,
    }

    /// The states of models, by their names in the API.
    ModelStates {
        proposed: String,
        training: String,
        evaluated: String,
        rejected: String,
        shadow: String,
        serving: String,
        retired: String,
    }

    /// The overview for operators.
    OverviewText {
        heading: String,
        storage: String,
        stored: Message,
        storage_limited: Message,
        storage_unlimited: String,
        exports: String,
        running: Message,
        visitors: String,
        visitors_about: String,
        visitor: String,
        drawings: String,
        size: String,
        quota: String,
        addresses: String,
        addresses_about: String,
        nobody: String,
        blocked: String,
        blocked_about: String,
        blocked_none: String,
        subject: String,
        subject_about: String,
        reason: String,
        since: String,
        until: String,
        until_removed: String,
        duration: String,
        block: String,
        unblock: String,
        limits: String,
        limits_about: String,
        limits_off: String,
        of_use: String,
        of_client: String,
        of_address: String,
        of_address_at_once: String,
        uses: Uses,
        a_minute: Message,
        an_hour: Message,
        a_day: Message,
        a_day_of_bytes: Message,
        settings: String,
        settings_about: String,
        setting: String,
        value: String,
        not_set: String,
        invalid_block: Notice,
    }

    /// The kinds of use that are limited.
    Uses {
        previews: String,
        explanations: String,
        drawings: String,
        labels: String,
        lists: String,
        exports: String,
    }

    /// The page about privacy.
    PrivacyText {
        heading: String,
        operator: Message,
        operator_unknown: String,
        contact: Message,
        imprint: String,
        stored_heading: String,
        stored: String,
        cookies: String,
        addresses: String,
        seen_heading: String,
        seen_open: String,
        seen_own: String,
        seen_gallery: String,
        training_heading: String,
        training: String,
        how_long_heading: String,
        how_long: String,
        how_long_days: Message,
        totals: String,
        backups: Message,
        backups_unknown: String,
        yours_heading: String,
        download: String,
        confirm: String,
        labels: String,
        delete: String,
        deleted: String,
    }

    /// The notices about problems, by their codes.
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
        misdirected_request: Notice,
        unauthenticated: Notice,
        forbidden: Notice,
        wrong_password: Notice,
        invalid_password: Notice,
        invalid_invitation: Notice,
        name_taken: Notice,
        last_operator: Notice,
        unknown_model: Notice,
        model_state: Notice,
        invalid_input: Notice,
        rate_limited: Notice,
        quota_exceeded: Notice,
        storage_full: Notice,
        blocked: Notice,
        not_found: Notice,
        invalid_query: Notice,
        history_unavailable: Notice,
        other: Notice,
    }

    /// The messages that only the script shows.
    ScriptText {
        cleared: String,
        label_taken_back: String,
        deleted: String,
        not_deleted: String,
        not_explained: String,
        next: String,
        recorded: Message,
        shown: Message,
        last_not_recorded: String,
        undo_brings_back: String,
        draw_larger: String,
        drawing_still_here: String,
        picture_still_here: String,
        trying_again: String,
        submit_sends_again: String,
        database_unavailable: String,
        label_not_recorded: String,
        unreachable: String,
        unavailable: String,
        try_another: String,
    }
}

/// A notice about a problem, with advice: a message and its attribute `advice`.
#[derive(Debug, Serialize)]
pub(crate) struct Notice {
    pub(crate) title: String,
    pub(crate) advice: String,
}

impl FromBundle for Notice {
    fn take(remaining: &mut Remaining, path: &[&str]) -> Self {
        Self { title: remaining.take(path), advice: remaining.take(&[path, &["advice"]].concat()) }
    }
}
