//! A language's file in web/messages, from which the messages of the pages are read.

use super::{
    message::{Message, variables},
    numbers::Numbers,
};
use fluent_bundle::{FluentResource, FluentValue, concurrent::FluentBundle, types::FluentNumber};
use fluent_syntax::ast::Entry;
use intl_memoizer::concurrent::IntlLangMemoizer;
#[cfg(test)]
use std::collections::BTreeMap;
use std::{collections::BTreeSet, sync::Arc};

/// The messages of one language, by id.
pub(super) struct Bundle {
    pub(super) fluent: FluentBundle<FluentResource>,
    /// The ids of messages, and of attributes as `message.attribute`.
    ids: BTreeSet<String>,
}

impl Bundle {
    /// Parses a file.
    ///
    /// # Errors
    /// When the tag is not a language's, or the file is not Fluent.
    pub(super) fn new(tag: &str, file: String) -> Result<Self, String> {
        let locale = tag.parse().map_err(|error| format!("{tag}: {error}"))?;
        let resource = FluentResource::try_new(file).map_err(|(_, errors)| format!("{tag}: {errors:?}"))?;
        let mut ids = BTreeSet::new();
        for entry in resource.entries() {
            let Entry::Message(message) = entry else { continue };
            ids.extend(message.value.is_some().then(|| message.id.name.to_owned()));
            ids.extend(message.attributes.iter().map(|attribute| format!("{}.{}", message.id.name, attribute.id.name)));
        }
        let mut fluent = FluentBundle::new_concurrent(vec![locale]);
        // No language here is written from right to left, and screen readers may read the isolation marks aloud.
        fluent.set_use_isolating(false);
        fluent.set_formatter(Some(write_number));
        fluent.add_resource(resource).map_err(|errors| format!("{tag}: {errors:?}"))?;
        Ok(Self { fluent, ids })
    }

    /// The variables of each message.
    #[cfg(test)]
    pub(super) fn variables(&self) -> BTreeMap<&str, BTreeSet<&str>> {
        let values = self.ids.iter().filter_map(|id| Some((id.as_str(), self.fluent.get_message(id)?.value()?)));
        values.map(|(id, pattern)| (id, variables(pattern).unwrap_or_else(|error| panic!("{id}: {error}")))).collect()
    }
}

/// Formats a number in the language; Fluent itself does not group digits.
fn write_number(value: &FluentValue<'_>, language: &IntlLangMemoizer) -> Option<String> {
    let FluentValue::Number(FluentNumber { value, .. }) = value else { return None };
    language.with_try_get::<Numbers, _, _>((), |numbers| numbers.write(*value, 0)).ok()
}

/// The messages of a language that no page has taken yet.
pub(super) struct Remaining {
    bundle: Arc<Bundle>,
    ids: BTreeSet<String>,
    errors: Vec<String>,
}

impl Remaining {
    pub(super) fn new(bundle: Bundle) -> Self {
        Self { ids: bundle.ids.clone(), bundle: Arc::new(bundle), errors: Vec::new() }
    }

    /// Takes a message, or an attribute of one: `["canvas", "undo_keys"]` is `canvas-undo-keys`, and
    /// `["why", "regions", "top"]` is `why-regions.top`.
    pub(super) fn take<T: FromBundle>(&mut self, path: &[&str]) -> T {
        T::take(self, path)
    }

    /// Checks that no message is missing and that each one was taken.
    pub(super) fn finish(self) -> Result<(), String> {
        let surplus = self.ids.into_iter().map(|id| format!("{id}: no page has this message"));
        let errors: Vec<String> = self.errors.into_iter().chain(surplus).collect();
        if errors.is_empty() { Ok(()) } else { Err(errors.join("\n")) }
    }

    /// Removes a message, and returns its id and attribute; `None` if the language lacks it.
    fn remove(&mut self, path: &[&str]) -> Option<(String, Option<String>)> {
        let path: Vec<String> = path.iter().map(|name| name.replace('_', "-")).collect();
        let (message, attribute) = path.split_at(path.len().min(2));
        let (id, attribute) = (message.join("-"), attribute.first().cloned());
        let whole = attribute.as_ref().map_or_else(|| id.clone(), |attribute| format!("{id}.{attribute}"));
        if self.ids.remove(&whole) {
            return Some((id, attribute));
        }
        self.errors.push(format!("{whole}: this message is missing"));
        None
    }
}

/// A type that is read from the messages of a language.
pub(super) trait FromBundle {
    fn take(remaining: &mut Remaining, path: &[&str]) -> Self;
}

/// A message without variables.
impl FromBundle for String {
    fn take(remaining: &mut Remaining, path: &[&str]) -> Self {
        let Some((id, attribute)) = remaining.remove(path) else { return Self::new() };
        let bundle = remaining.bundle.clone();
        let message = bundle.fluent.get_message(&id);
        let pattern = message.and_then(|message| match &attribute {
            Some(attribute) => message.get_attribute(attribute).map(|attribute| attribute.value()),
            None => message.value(),
        });
        let Some(pattern) = pattern else { return Self::new() };
        if variables(pattern).is_ok_and(|variables| !variables.is_empty()) {
            remaining.errors.push(format!("{id}: no page has values for the variables of this message"));
        }
        bundle.fluent.format_pattern(pattern, None, &mut Vec::new()).into_owned()
    }
}

impl FromBundle for Message {
    fn take(remaining: &mut Remaining, path: &[&str]) -> Self {
        let id = remaining.remove(path).map(|(id, _)| id).unwrap_or_default();
        Self::new(remaining.bundle.clone(), id)
    }
}
