//! A message of one language, a pattern of [Fluent](https://projectfluent.org): a text with variables and plural forms.

use super::bundle::Bundle;
use fluent_bundle::{FluentArgs, FluentValue};
use fluent_syntax::ast::{Expression, InlineExpression, Pattern, PatternElement, VariantKey};
use serde::{Serialize, Serializer, ser::Error};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    sync::Arc,
};

/// A placeholder for a variable inside markup: U+FFFC, object replacement character, which no text contains.
const OBJECT: &str = "\u{fffc}";

/// A message with variables.
#[derive(Clone)]
pub(crate) struct Message {
    bundle: Arc<Bundle>,
    id: String,
}

impl Message {
    /// The message with this id, which the language has.
    pub(super) fn new(bundle: Arc<Bundle>, id: String) -> Self {
        Self { bundle, id }
    }

    /// The text with the value of its only variable.
    pub(crate) fn with<'a>(&self, variable: &'a str, value: impl Into<FluentValue<'a>>) -> String {
        self.format([(variable, value.into())])
    }

    /// The text with the values of its variables.
    pub(crate) fn format<'a>(&self, values: impl IntoIterator<Item = (&'a str, FluentValue<'a>)>) -> String {
        let (values, mut errors) = (FluentArgs::from_iter(values), Vec::new());
        let Some(pattern) = self.pattern() else { return self.id.clone() };
        let text = self.bundle.fluent.format_pattern(pattern, Some(&values), &mut errors).into_owned();
        debug_assert!(errors.is_empty(), "{}: {errors:?}", self.id);
        text
    }

    /// The text before its only variable, so that a template can put the variable into markup.
    pub(crate) fn before(&self, variable: &str) -> String {
        self.around(variable).0
    }

    /// The text after its only variable.
    pub(crate) fn after(&self, variable: &str) -> String {
        self.around(variable).1
    }

    fn around(&self, variable: &str) -> (String, String) {
        let text = self.with(variable, OBJECT);
        text.split_once(OBJECT).map(|(before, after)| (before.to_owned(), after.to_owned())).unwrap_or_default()
    }

    fn pattern(&self) -> Option<&Pattern<&str>> {
        self.bundle.fluent.get_message(&self.id)?.value()
    }
}

impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Message({})", self.id)
    }
}

/// Serializes the parts of a message for `format` in web/static/shared/messages.js.
impl Serialize for Message {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let pattern = self.pattern().ok_or_else(|| S::Error::custom("no such message"))?;
        parts(pattern).map_err(S::Error::custom)?.serialize(serializer)
    }
}

/// A part of a message for the script.
#[derive(Debug, PartialEq, Serialize)]
#[serde(untagged)]
enum Part<'a> {
    Text(&'a str),
    Variable {
        variable: &'a str,
    },
    Plural {
        /// The variable with the count.
        plural: &'a str,
        /// The parts by [plural category](https://cldr.unicode.org/index/cldr-spec/plural-rules).
        forms: BTreeMap<&'a str, Vec<Self>>,
    },
}

/// The parts of a pattern.
fn parts<'a>(pattern: &'a Pattern<&'a str>) -> Result<Vec<Part<'a>>, &'static str> {
    pattern.elements.iter().map(part).collect()
}

fn part<'a>(element: &'a PatternElement<&'a str>) -> Result<Part<'a>, &'static str> {
    const UNKNOWN: &str = "a message may have variables, and plural forms by a variable, nothing else";
    let expression = match element {
        PatternElement::TextElement { value } => return Ok(Part::Text(value)),
        PatternElement::Placeable { expression } => expression,
    };
    match expression {
        Expression::Inline(InlineExpression::VariableReference { id }) => Ok(Part::Variable { variable: id.name }),
        Expression::Select { selector: InlineExpression::VariableReference { id }, variants } => {
            let form = |variant: &'a fluent_syntax::ast::Variant<&'a str>| match variant.key {
                VariantKey::Identifier { name } => Ok((name, parts(&variant.value)?)),
                VariantKey::NumberLiteral { .. } => Err(UNKNOWN),
            };
            Ok(Part::Plural { plural: id.name, forms: variants.iter().map(form).collect::<Result<_, _>>()? })
        }
        Expression::Inline(_) | Expression::Select { .. } => Err(UNKNOWN),
    }
}

/// The variables of a pattern.
///
/// # Errors
/// When it has parts other than text, variables and plural forms.
pub(super) fn variables<'a>(pattern: &'a Pattern<&'a str>) -> Result<BTreeSet<&'a str>, &'static str> {
    fn add<'a>(parts: Vec<Part<'a>>, variables: &mut BTreeSet<&'a str>) {
        for part in parts {
            match part {
                Part::Text(_) => {}
                Part::Variable { variable } => {
                    variables.insert(variable);
                }
                Part::Plural { plural, forms } => {
                    variables.insert(plural);
                    for parts in forms.into_values() {
                        add(parts, variables);
                    }
                }
            }
        }
    }
    let mut variables = BTreeSet::new();
    add(parts(pattern)?, &mut variables);
    Ok(variables)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// The only message of a language.
    fn message(tag: &str, pattern: &str) -> Message {
        let bundle = Bundle::new(tag, format!("only = {pattern}")).unwrap();
        Message::new(Arc::new(bundle), "only".to_owned())
    }

    const DRAWINGS: &str =
        "{ $count ->\n    [one] { $count } rysunek\n    [few] { $count } rysunki\n   *[other] { $count } rysunków\n }";

    #[test]
    fn a_count_selects_the_plural_form_of_the_language() {
        let drawings = message("pl", DRAWINGS);
        let texts = [1_u64, 3, 5, 22, 112].map(|count| drawings.with("count", count));
        assert_eq!(texts, ["1 rysunek", "3 rysunki", "5 rysunków", "22 rysunki", "112 rysunków"]);
    }

    #[test]
    fn a_number_is_formatted_in_the_language() {
        let texts = ["en", "de", "pl"].map(|tag| message(tag, "{ $count }").with("count", 1_234_567_u64));
        assert_eq!(texts, ["1,234,567", "1.234.567", "1\u{a0}234\u{a0}567"]);
    }

    #[test]
    fn a_message_is_split_around_its_variable() {
        let thanks = message("de", "Danke. Benannt: { $label }.");
        assert_eq!((thanks.before("label").as_str(), thanks.after("label").as_str()), ("Danke. Benannt: ", "."));
    }

    #[test]
    fn the_script_gets_the_parts_of_a_message() {
        let expected = json!([
            "Razem ",
            { "plural": "count", "forms": { "one": [{ "variable": "count" }, " rysunek"], "other": ["wiele"] } },
            ".",
        ]);
        let pattern = "Razem { $count ->\n    [one] { $count } rysunek\n   *[other] wiele\n }.";
        assert_eq!(serde_json::to_value(message("pl", pattern)).unwrap(), expected);
    }

    #[test]
    fn a_message_that_the_script_cannot_format_is_rejected() {
        assert!(serde_json::to_value(message("en", "{ NUMBER($count) }")).is_err());
        assert!(serde_json::to_value(message("en", "{ other-message }")).is_err());
    }
}
