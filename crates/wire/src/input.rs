//! The input of a recognition: an image, strokes or pixels.

use bytes::Bytes;
use digit::{
    Bitmap,
    preprocessing::{self, Drawing, ImageKind, Preprocessed, PreprocessingError},
};
use serde::{Deserialize, Serialize};

/// A drawing to recognise, with its original bytes. JSON is parsed; an image is not decoded yet.
#[derive(Debug, Clone, PartialEq)]
pub struct Input {
    bytes: Bytes,
    content: Content,
}

/// The content of an [`Input`].
#[derive(Debug, Clone, PartialEq)]
pub enum Content {
    /// An image, not decoded yet.
    Image(ImageKind),
    /// Strokes.
    Strokes(Drawing),
    /// The 784 pixels of a bitmap, which are not preprocessed.
    Pixels(Box<Bitmap>),
}

/// The format of an input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "their names are their descriptions")]
pub enum InputKind {
    Png,
    Jpeg,
    Webp,
    Gif,
    Strokes,
    Pixels,
}

/// Why a body is not a valid input.
#[derive(Debug, thiserror::Error)]
pub enum InputError {
    /// The bytes are not an image.
    #[error(transparent)]
    NotAnImage(#[from] PreprocessingError),
    /// The body is not JSON, or not of the expected shape.
    #[error("the body is not the JSON that is expected here: {0}")]
    Json(#[from] serde_json::Error),
    /// The JSON has neither or both of `strokes` and `pixels`.
    #[error("the JSON must hold either \"strokes\" or \"pixels\"")]
    Neither,
    /// The size of the canvas is invalid.
    #[error("\"width\" and \"height\" must be numbers above 0 and at most 100,000")]
    Canvas,
}

/// The JSON body of `POST /predict`.
#[derive(Deserialize)]
struct Body {
    strokes: Option<Drawing>,
    width: Option<f32>,
    height: Option<f32>,
    pixels: Option<Box<Bitmap>>,
}

impl Input {
    /// An image, whose format is detected from its first bytes.
    ///
    /// # Errors
    /// When they do not start like an image of a supported format.
    pub fn image(bytes: Bytes) -> Result<Self, InputError> {
        let kind = ImageKind::of(&bytes).ok_or(PreprocessingError::NotAnImage)?;
        Ok(Self { bytes, content: Content::Image(kind) })
    }

    /// Strokes or pixels in JSON.
    ///
    /// # Errors
    /// When it is not JSON, or not valid strokes or pixels.
    pub fn json(bytes: Bytes) -> Result<Self, InputError> {
        let body: Body = super::object(&bytes)?;
        let content = match (body.strokes, body.pixels) {
            (Some(strokes), None) => {
                let sensible = |side: Option<f32>| side.is_none_or(|side| side > 0.0 && side <= 100_000.0);
                if !sensible(body.width) || !sensible(body.height) {
                    return Err(InputError::Canvas);
                }
                let longer_side = body.width.into_iter().chain(body.height).reduce(f32::max);
                Content::Strokes(match longer_side {
                    Some(side) => strokes.on_canvas(side),
                    None => strokes,
                })
            }
            (None, Some(pixels)) => Content::Pixels(pixels),
            _ => return Err(InputError::Neither),
        };
        Ok(Self { bytes, content })
    }

    /// A stored input of this kind.
    ///
    /// # Errors
    /// When the bytes are not of this kind.
    pub fn kept(bytes: Bytes, kind: InputKind) -> Result<Self, InputError> {
        match kind {
            InputKind::Strokes | InputKind::Pixels => Self::json(bytes),
            InputKind::Png | InputKind::Jpeg | InputKind::Webp | InputKind::Gif => Self::image(bytes),
        }
    }

    /// The pixels of a bitmap, as JSON.
    #[must_use]
    pub fn pixels(bitmap: Bitmap) -> Self {
        let bytes = serde_json::json!({ "pixels": bitmap }).to_string().into();
        Self { bytes, content: Content::Pixels(Box::new(bitmap)) }
    }

    /// The original bytes.
    #[must_use]
    pub fn bytes(&self) -> &Bytes {
        &self.bytes
    }

    /// The content.
    #[must_use]
    pub fn content(&self) -> &Content {
        &self.content
    }

    /// The format.
    #[must_use]
    pub fn kind(&self) -> InputKind {
        match &self.content {
            Content::Image(ImageKind::Png) => InputKind::Png,
            Content::Image(ImageKind::Jpeg) => InputKind::Jpeg,
            Content::Image(ImageKind::Webp) => InputKind::Webp,
            Content::Image(ImageKind::Gif) => InputKind::Gif,
            Content::Strokes(_) => InputKind::Strokes,
            Content::Pixels(_) => InputKind::Pixels,
        }
    }

    /// The media type.
    #[must_use]
    pub fn media_type(&self) -> &'static str {
        self.kind().media_type()
    }

    /// Preprocesses the input for the network. It decodes images, so it may take long.
    ///
    /// # Errors
    /// When the image is damaged or too large, or the input is blank.
    pub fn preprocess(&self) -> Result<Preprocessed, PreprocessingError> {
        match &self.content {
            Content::Image(_) => preprocessing::from_image(&self.bytes),
            Content::Strokes(drawing) => preprocessing::from_drawing(drawing),
            Content::Pixels(bitmap) if bitmap.is_blank() => Err(PreprocessingError::Blank),
            Content::Pixels(bitmap) => Ok(Preprocessed { bitmap: *bitmap.clone(), is_too_small: false }),
        }
    }
}

impl InputKind {
    /// The media type of this format.
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Png => ImageKind::Png.media_type(),
            Self::Jpeg => ImageKind::Jpeg.media_type(),
            Self::Webp => ImageKind::Webp.media_type(),
            Self::Gif => ImageKind::Gif.media_type(),
            Self::Strokes | Self::Pixels => "application/json",
        }
    }

    /// The name, as in JSON and in the database.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Jpeg => "jpeg",
            Self::Webp => "webp",
            Self::Gif => "gif",
            Self::Strokes => "strokes",
            Self::Pixels => "pixels",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(text: &str) -> Result<Input, InputError> {
        Input::json(Bytes::copy_from_slice(text.as_bytes()))
    }

    #[test]
    fn strokes_and_pixels_are_distinguished_and_keep_their_bytes() {
        let text = r#"{"strokes":[[[1,2,0.5,99],[3.5,4]]],"width":280,"height":280}"#;
        let input = json(text).unwrap();
        assert_eq!((input.kind(), input.bytes().as_ref()), (InputKind::Strokes, text.as_bytes()));
        assert!(input.preprocess().is_ok());

        let pixels = format!(r#"{{"pixels":[1{}]}}"#, ",0".repeat(783));
        assert_eq!(json(&pixels).unwrap().preprocess().unwrap().bitmap.levels()[..2], [255, 0]);
        let blank = format!(r#"{{"pixels":[0{}]}}"#, ",0".repeat(783));
        assert_eq!(json(&blank).unwrap().preprocess(), Err(PreprocessingError::Blank));
    }

    #[test]
    fn the_json_of_a_bitmap_is_a_valid_input() {
        let mut levels = [0; Bitmap::LEN];
        levels[400..402].copy_from_slice(&[255, 17]);
        let input = Input::pixels(Bitmap::new(levels));
        assert_eq!(Input::json(input.bytes().clone()).unwrap(), input);
    }

    #[test]
    fn invalid_json_is_rejected_with_the_reason() {
        for (text, reason) in [
            ("", "EOF"),
            ("{", "EOF"),
            ("7", "expected"),
            ("{}", "either"),
            ("[[],null,null,null]", "array"),
            (r#"{"strokes":[],"pixels":[]}"#, "784"),
            (r#"{"strokes":[[[1]]]}"#, "array that starts with the numbers x and y"),
            (r#"{"strokes":[[["a","b"]]]}"#, "expected f32"),
            (r#"{"strokes":[[[1e300,0]]]}"#, "farther"),
            (r#"{"strokes":[],"width":0}"#, "width"),
            (r#"{"strokes":[],"height":-1e9}"#, "height"),
            (r#"{"pixels":[1,2,3]}"#, "784"),
        ] {
            let error = json(text).unwrap_err().to_string();
            assert!(error.contains(reason), "{text}: {error}");
        }
    }
}
