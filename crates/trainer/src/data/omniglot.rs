//! Characters that are not digits: Omniglot (Lake et al., "Human-level concept learning through probabilistic program
//! induction", 2015; MIT). Its smaller background set has five scripts, with 20 drawings of each character.

use super::{DataError, DatasetStore, Source};
use image::GrayImage;
use std::io::{Cursor, Read};
use zip::{ZipArchive, result::ZipError};

const SCRIPTS: Source = Source {
    set: "omniglot",
    name: "images_background_small1.zip",
    sha256: "f38eb80f801274ac2b4dff5b24289016bfaba4a7d5bb50deebf27104ad6cb8a4",
    addresses: &["https://raw.githubusercontent.com/brendenlake/omniglot/master/python/images_background_small1.zip"],
};

/// Characters that many people would read as a digit, by script and number. Only readers of the script can distinguish
/// them from digits. Training excludes them, and the evaluation scores them separately.
const LOOK_ALIKES: [(&str, &[u32]); 5] = [
    ("Latin", &[2, 7, 9, 12, 15, 17, 19, 25, 26]), // b g i l o q s y z
    ("Greek", &[2, 4, 6, 8, 9, 14, 15, 18, 21]),   // β δ ζ θ ι ξ ο σ φ
    ("Korean", &[21, 22, 27, 28, 33, 37]),         // ㅣ ㄱ ㄹ ㅁ ㅇ ㅋ
    ("Early_Aramaic", &[2, 3, 4, 6, 10, 12, 14, 16, 17, 20]),
    ("Balinese", &[14]),
];

/// Scripts that training never sees.
pub const UNSEEN: [&str; 2] = ["Balinese", "Early_Aramaic"];

/// Drawn characters.
#[derive(Debug, Default)]
pub struct Characters(Vec<Character>);

/// A drawing of a character.
#[derive(Debug, Clone)]
pub struct Character {
    /// The script, as the data set writes it: `Early_Aramaic`.
    pub script: String,
    /// The number of the character in its script, from 1.
    pub number: u32,
    /// Black lines on white, 105×105.
    pub picture: GrayImage,
}

impl Character {
    /// Returns whether many people would read the character as a digit.
    #[must_use]
    pub fn looks_like_a_digit(&self) -> bool {
        LOOK_ALIKES.iter().any(|(script, numbers)| *script == self.script && numbers.contains(&self.number))
    }

    /// Returns whether training never sees the character's script.
    #[must_use]
    pub fn is_unseen(&self) -> bool {
        UNSEEN.contains(&&*self.script)
    }
}

impl Characters {
    pub(super) fn read(store: &mut DatasetStore) -> Result<Self, DataError> {
        let (path, bytes) = store.read(&SCRIPTS)?;
        unpack(bytes).map(Self).map_err(|error| DataError::Format { path, reason: error.to_string() })
    }

    /// Returns all characters, in a fixed order.
    #[must_use]
    pub fn all(&self) -> &[Character] {
        &self.0
    }
}

fn unpack(bytes: Vec<u8>) -> Result<Vec<Character>, Box<dyn std::error::Error>> {
    let mut archive = ZipArchive::new(Cursor::new(bytes))?;
    let mut names: Vec<String> =
        archive.file_names().map(|name| Ok(name?.into_owned())).collect::<Result<_, ZipError>>()?;
    names.retain(|name| is_png(name));
    names.sort();
    let read = |name: String| {
        let (script, number) = parse(&name).ok_or_else(|| format!("an unknown file, {name}"))?;
        let mut png = Vec::new();
        archive.by_name(&name)?.read_to_end(&mut png)?;
        Ok(Character { script: script.to_owned(), number, picture: image::load_from_memory(&png)?.into_luma8() })
    };
    names.into_iter().map(read).collect()
}

fn is_png(name: &str) -> bool {
    name.rsplit_once('.').is_some_and(|(_, ending)| ending == "png")
}

/// Returns the script and the number in a name such as `images_background_small1/Latin/character07/0684_01.png`.
fn parse(name: &str) -> Option<(&str, u32)> {
    let mut parts = name.split('/').skip(1);
    let script = parts.next()?;
    Some((script, parts.next()?.strip_prefix("character")?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn script_and_number_are_parsed_from_a_files_name() {
        assert_eq!(parse("images_background_small1/Latin/character07/0684_01.png"), Some(("Latin", 7)));
        assert_eq!(parse("Latin.png"), None);
    }

    #[test]
    fn letters_that_look_like_digits_are_recognised() {
        let letter = |number| Character { script: "Latin".to_owned(), number, picture: GrayImage::new(1, 1) };
        assert!(letter(15).looks_like_a_digit() && !letter(1).looks_like_a_digit());
    }
}
