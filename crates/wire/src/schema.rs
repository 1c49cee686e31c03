//! JSON Schema of types that `digit` defines, and of JSON that a derive cannot describe.

use crate::Input;
use digit::preprocessing::MAX_POINTS;
use std::borrow::Cow;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        ObjectBuilder, Ref, RefOr, Schema,
        schema::{ArrayBuilder, ArrayItems, OneOfBuilder, SchemaType, Type},
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
                "28 × 28 pixels, row after row from the top left: numbers from 0 (paper) to 1 (ink), in 256 levels.",
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
                "What a person says that a drawing is: a digit from 0 to 9, that it is none, or that they cannot tell.",
            ))
            .into()
    }
}

impl ToSchema for TrueLabel {}

/// Of the JSON that [`Input::json`] reads.
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
        .description(Some("A place. What follows x and y, such as time and pressure, is kept but not looked at."));
    let stroke = ArrayBuilder::new()
        .items(point)
        .description(Some("A line from where the pen goes down to where it is lifted."));
    let all = format!("In the order drawn, of {MAX_POINTS} points at most; a stroke without any counts as one.");
    let side = |name: &str| {
        let description =
            format!("The {name} of what was drawn on, in the unit of the points; without it a dot may look large.");
        let number = SchemaType::Array(vec![Type::Number, Type::Null]);
        let side = ObjectBuilder::new().schema_type(number).exclusive_minimum(Some(0)).maximum(Some(100_000));
        side.description(Some(description))
    };
    ObjectBuilder::new()
        .title(Some("Strokes"))
        .description(Some("Strokes are drawn anew with one pen, whatever the size of the drawing."))
        .property("strokes", ArrayBuilder::new().items(stroke).description(Some(all)))
        .property("width", side("width"))
        .property("height", side("height"))
        .required("strokes")
}

fn pixels() -> ObjectBuilder {
    ObjectBuilder::new()
        .title(Some("Pixels"))
        .description(Some(
            "What the network is to see, as it is. Pixels that are all paper answer 422 (`blank_image`).",
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
