//! Forms with an image: valid and invalid fields, boundaries and headers.

use super::image::{Pictures, address};
use crate::{damage::damage, random::Random, sent::Sent};

const BOUNDARIES: [&str; 4] = ["x", "----WebKitFormBoundary7MA4YWxkTrZu0gW", "a'()+_,-./:=?", "--"];

const NAMES: [&str; 6] = ["file", "image", "", "file\\\"", "f%69le", "Datei-ä"];

/// Returns a form, whose field `file` usually holds an image.
pub(super) fn input(random: &mut Random, pictures: &Pictures) -> Sent {
    let boundary = random.pick(&BOUNDARIES);
    let mut body = Vec::new();
    if random.happens(5) {
        body.extend(b"what comes before is not for us\r\n");
    }
    for _ in 0..random.below(3) {
        if random.happens(20) {
            let count = random.below(2000);
            let (name, field) = (random.pick(&NAMES), random.bytes(count));
            part(random, &mut body, boundary, name, &field);
        }
    }
    let name = if random.happens(96) { "file" } else { random.pick(&NAMES) };
    let picture = pictures.any(random);
    part(random, &mut body, boundary, name, &picture);
    if random.happens(97) {
        body.extend(format!("--{boundary}--\r\n").into_bytes());
    }
    if random.happens(20) {
        let donor = body.clone();
        damage(random, &mut body, &donor);
    }
    let media_type = match random.below(50) {
        0 => "multipart/form-data".to_owned(),
        1 => "multipart/form-data; boundary=".to_owned(),
        2 => format!("multipart/form-data; boundary={}", "b".repeat(200)),
        3 => format!("multipart/mixed; boundary={boundary}"),
        4 => format!("Multipart/Form-Data; charset=utf-8; boundary=\"{boundary}\""),
        _ => format!("multipart/form-data; boundary=\"{boundary}\""),
    };
    Sent::post(address(random), &media_type, body)
}

fn part(random: &mut Random, body: &mut Vec<u8>, boundary: &str, name: &str, content: &[u8]) {
    let end = if random.happens(97) { "\r\n" } else { "\n" };
    let headers = match random.below(30) {
        0 => String::new(),
        1 => format!("Content-Disposition: attachment; name=\"{name}\"{end}"),
        2 => format!("Content-Disposition: form-data; filename=\"a.png\"{end}"),
        3 => format!("Content-Disposition: form-data; name=\"{name}\"; filename*=UTF-8''%ff%00.png{end}"),
        4 => format!("Content-Disposition: form-data; name=\"{name}\"{end}").repeat(2),
        5 => format!("X-Long: {}{end}", "x".repeat(random.below(10_000))),
        6 => format!("content-disposition:form-data;name={name}{end}"),
        _ => format!(
            "Content-Disposition: form-data; name=\"{name}\"; filename=\"digit.png\"{end}Content-Type: image/png{end}"
        ),
    };
    body.extend(format!("--{boundary}{end}{headers}{end}").into_bytes());
    body.extend(content);
    body.extend(end.as_bytes());
}
