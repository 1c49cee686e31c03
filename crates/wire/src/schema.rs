//! JSON schemas of types of `digit`, and of JSON that a derive cannot describe.

use crate::Input;
use digit::preprocessing::MAX_POINTS;
use std::borrow::Cow;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        ObjectBuilder, Ref, RefOr, Schema,
        schema::{AdditionalProperties, ArrayBuilder, ArrayItems, OneOfBuilder, SchemaType, Type},
    },
};

/// The schema of [`digit::Digit`].
#[derive(Debug)]
pub struct Digit;

impl PartialSchema for Digit {
    fn schema() -> RefOr<Schema> {
        digit().description(Some("A number from 0 to 9.")).into()
    }
}

impl ToSchema for Digit {}

/// The schema of [`digit::ModelVersion`].
#[derive(Debug)]
pub struct ModelVersion;

impl PartialSchema for ModelVersion {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .pattern(Some(format!("^{}$", digit::ModelVersion::PATTERN)))
            .description(Some("The version of a model."))
            .into()
    }
}

impl ToSchema for ModelVersion {}

/// The schema of [`digit::Reason`].
#[derive(Debug)]
pub struct Reason;

impl PartialSchema for Reason {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .enum_values(Some(digit::Reason::ALL.map(digit::Reason::name)))
            .description(Some("Why a drawing is not a digit."))
            .into()
    }
}

impl ToSchema for Reason {}

/// The schema of a model card, which `network::ModelCard` defines.
#[derive(Debug)]
pub struct ModelCard;

impl PartialSchema for ModelCard {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .additional_properties(Some(AdditionalProperties::<Schema>::FreeForm(true)))
            .description(Some("The description, training, calibration and accuracy of a model."))
            .into()
    }
}

impl ToSchema for ModelCard {}

/// The schema of [`digit::Bitmap`].
#[derive(Debug)]
pub struct Bitmap;

impl PartialSchema for Bitmap {
    fn schema() -> RefOr<Schema> {
        let pixel = number().minimum(Some(0)).maximum(Some(1));
        ArrayBuilder::new()
            .items(pixel)
            .min_items(Some(digit::Bitmap::LEN))
            .max_items(Some(digit::Bitmap::LEN))
            .description(Some(
                "28 × 28 pixels, row by row from the top left: numbers from 0 (background) to 1 (foreground), in 256 levels.",
            ))
            .into()
    }
}

impl ToSchema for Bitmap {}

/// The schema of [`digit::TrueLabel`].
#[derive(Debug)]
pub struct TrueLabel;

impl PartialSchema for TrueLabel {
    fn schema() -> RefOr<Schema> {
        let names = [digit::TrueLabel::NOT_A_DIGIT, digit::TrueLabel::UNSURE];
        let none = ObjectBuilder::new().schema_type(Type::String).enum_values(Some(names));
        OneOfBuilder::new()
            .item(digit())
            .item(none)
            .description(Some(
                "The label of a drawing: a digit from 0 to 9, `not_a_digit`, or `unsure` if a person cannot tell.",
            ))
            .into()
    }
}

impl ToSchema for TrueLabel {}

/// The schema of the JSON that [`Input::json`] reads.
impl PartialSchema for Input {
    fn schema() -> RefOr<Schema> {
        OneOfBuilder::new()
            .item(strokes())
            .item(pixels())
            .description(Some("A drawing: the strokes of a pen, or pixels."))
            .into()
    }
}

impl ToSchema for Input {
    fn name() -> Cow<'static, str> {
        "Drawing".into()
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push((Bitmap::name().into_owned(), Bitmap::schema()));
    }
}

fn strokes() -> ObjectBuilder {
    let coordinate = |towards: &str| {
        let description = format!("{towards}, in any unit.");
        number().minimum(Some(-1_000_000)).maximum(Some(1_000_000)).description(Some(description)).build()
    };
    let point = ArrayBuilder::new()
        .prefix_items([coordinate("x, to the right"), coordinate("y, downwards")].map(Schema::from))
        .items(ArrayItems::RefOrSchema(Box::new(ObjectBuilder::new().schema_type(SchemaType::AnyValue).into())))
        .min_items(Some(2))
        .description(Some("A point. Elements after x and y, such as time and pressure, are stored but not used."));
    let stroke = ArrayBuilder::new().items(point).description(Some("A line from pen-down to pen-up."));
    let all = format!(
        "The strokes in the order drawn, with at most {MAX_POINTS} points; an empty stroke counts as one point."
    );
    let side = |name: &str| {
        let description = format!(
            "The {name} of the canvas, in the unit of the points. Without it, a dot may not be recognised as too small."
        );
        let number = SchemaType::Array(vec![Type::Number, Type::Null]);
        let side = ObjectBuilder::new().schema_type(number).exclusive_minimum(Some(0)).maximum(Some(100_000));
        side.description(Some(description))
    };
    ObjectBuilder::new()
        .title(Some("Strokes"))
        .description(Some("The service renders strokes with a pen whose width is relative to the size of the drawing."))
        .property("strokes", ArrayBuilder::new().items(stroke).description(Some(all)))
        .property("width", side("width"))
        .property("height", side("height"))
        .required("strokes")
}

fn pixels() -> ObjectBuilder {
    ObjectBuilder::new()
        .title(Some("Pixels"))
        .description(Some(
            "The bitmap for the network, without preprocessing. Blank pixels are answered with 422 (`blank_image`).",
        ))
        .property("pixels", Ref::from_schema_name(Bitmap::name()))
        .required("pixels")
}

fn digit() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(0)).maximum(Some(9))
}

fn number() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::Number)
}
