//! `GET /static/<hash>/…`: the files of web/static, which a release build embeds.

use crate::access::{Access, Routes};
use axum::{
    extract::{Path, rejection::PathRejection},
    http::header,
    response::{IntoResponse, Response},
};
use rust_embed::RustEmbed;
use service::ApiError;
use sha2::{Digest, Sha256};
use std::{
    borrow::Cow,
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};
use wire::Code;

/// A browser caches a file forever, because changed content has another address.
const CACHING: &str = "public, max-age=31536000, immutable";

/// How long a debug build caches the files, so that a developer sees edits without a restart.
const READ_AGAIN_AFTER: Duration = Duration::from_secs(1);

#[derive(RustEmbed)]
#[folder = "../../web/static"]
struct Files;

pub(super) fn routes() -> Routes {
    Routes::default().get(Access::Public, "/static/{hash}/{*path}", asset)
}

async fn asset(address: Result<Path<(String, String)>, PathRejection>) -> Response {
    let file = address.ok().and_then(|Path((hash, path))| {
        let file = Files::get(&path).filter(|_| hash == assets().hash)?;
        Some((media_type(&path), file.data))
    });
    let Some((media_type, data)) = file else {
        return ApiError::new(Code::NotFound, "There is no such file.").into_response();
    };
    ([(header::CONTENT_TYPE, media_type), (header::CACHE_CONTROL, CACHING)], data).into_response()
}

fn media_type(path: &str) -> &'static str {
    match path.rsplit('.').next() {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        _ => "application/octet-stream",
    }
}

/// The path of a file of web/static, for templates.
pub(crate) fn address(path: impl AsRef<str>) -> String {
    format!("/static/{}/{}", assets().hash, path.as_ref())
}

/// The modules that a module imports statically, directly or through others, for templates.
pub(crate) fn imported(module: impl AsRef<str>) -> Vec<String> {
    assets().imported(module.as_ref())
}

/// The facts about the files that templates need.
struct Assets {
    /// The hash of all files. Modules import each other by relative paths, so all files share one hash in the path, and
    /// a changed file also changes the paths of its importers.
    hash: String,
    /// The modules that each module imports itself.
    imports: BTreeMap<String, Vec<String>>,
}

/// The files: read once in a release build, and again after a while in a debug build, which reads them from disk.
fn assets() -> Arc<Assets> {
    static READ: Mutex<Option<(Instant, Arc<Assets>)>> = Mutex::new(None);
    let mut read = READ.lock().unwrap_or_else(PoisonError::into_inner);
    match &*read {
        Some((at, assets)) if cfg!(not(debug_assertions)) || at.elapsed() < READ_AGAIN_AFTER => Arc::clone(assets),
        _ => {
            let files = Files::iter().filter_map(|path| Some((Files::get(&path)?.data, path)));
            let assets = Arc::new(Assets::of(files.map(|(data, path)| (path, data))));
            *read = Some((Instant::now(), Arc::clone(&assets)));
            assets
        }
    }
}

impl Assets {
    fn of<'a>(files: impl Iterator<Item = (Cow<'a, str>, Cow<'a, [u8]>)>) -> Self {
        let files: BTreeMap<_, _> = files.collect();
        let mut hash = Sha256::new();
        let mut imports = BTreeMap::new();
        for (path, data) in &files {
            // Hashes of fixed length separate a path from the content after it.
            hash.update(Sha256::digest(path.as_bytes()));
            hash.update(Sha256::digest(data));
            if path.ends_with(".js") {
                imports.insert(path.to_string(), imports_of(path, &String::from_utf8_lossy(data)));
            }
        }
        let start = hash.finalize().iter().take(8).fold(0, |start, &byte| start << 8 | u64::from(byte));
        Self { hash: format!("{start:016x}"), imports }
    }

    fn imported(&self, module: &str) -> Vec<String> {
        let mut found = vec![module.to_owned()];
        let mut next = 0;
        while let Some(importer) = found.get(next) {
            let imports = self.imports.get(importer).into_iter().flatten();
            let new: Vec<String> = imports.filter(|path| !found.contains(path)).cloned().collect();
            found.extend(new);
            next += 1;
        }
        found.split_off(1)
    }
}

/// The modules in the `import` statements of a module. A statement starts a line and ends with `from "…";`.
fn imports_of(importer: &str, source: &str) -> Vec<String> {
    let statements = source.lines().filter(|line| line.starts_with("import ") || line.starts_with("} from "));
    statements.filter_map(|statement| Some(resolved(importer, statement.split('"').nth(1)?))).collect()
}

/// The path of a file from its path relative to another one.
fn resolved(importer: &str, relative: &str) -> String {
    let mut path: Vec<&str> = importer.split('/').collect();
    path.pop();
    for part in relative.split('/') {
        match part {
            "." => {}
            ".." => drop(path.pop()),
            name => path.push(name),
        }
    }
    path.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assets_of(files: &[(&'static str, &'static str)]) -> Assets {
        Assets::of(files.iter().map(|&(path, content)| (path.into(), content.as_bytes().into())))
    }

    #[test]
    fn the_hash_changes_exactly_with_the_content_or_name_of_a_file() {
        let files = [("a.js", "1"), ("b/c.css", "2")];
        let hash = assets_of(&files).hash;
        assert_eq!(hash.len(), 16);
        assert_eq!(assets_of(&[files[1], files[0]]).hash, hash, "the order does not count");
        for other in [
            vec![("a.js", "1"), ("b/c.css", "3")],
            vec![("a.js", "1"), ("b/d.css", "2")],
            vec![("a.js", "2"), ("b/c.css", "1")],
            vec![("a.js", "1")],
        ] {
            assert_ne!(assets_of(&other).hash, hash, "{other:?}");
        }
    }

    #[test]
    fn imports_are_found_through_other_modules_once_each() {
        let assets = assets_of(&[
            ("home/home.js", "import { a } from \"../shared/a.js\";\nimport {\n  b,\n} from \"./b.js\";\n"),
            ("home/b.js", "import \"../shared/a.js\";\n/** @typedef {import(\"./never.js\").Type} Type */\n"),
            ("shared/a.js", "import { c } from \"./c.js\";\nconst later = () => import(\"./later.js\");\n"),
            ("shared/c.js", "import { a } from \"./a.js\";\n"),
        ]);
        assert_eq!(assets.imported("home/home.js"), ["shared/a.js", "home/b.js", "shared/c.js"]);
        assert_eq!(assets.imported("shared/c.js"), ["shared/a.js"]);
    }

    #[test]
    fn every_import_of_the_page_names_a_file() {
        for (importer, imports) in &assets().imports {
            for path in imports {
                assert!(Files::get(path).is_some(), "{importer} imports {path}");
            }
        }
    }
}
