//! Extracts the two files that `/docs` needs from the archive of Swagger UI, and compresses them for browsers. (The
//! usual crate for Swagger UI embeds all 4 MB of its files uncompressed.)

use flate2::{Compression, write::GzEncoder};
use std::{
    env,
    error::Error,
    fs::File,
    io::{self, Cursor},
    path::Path,
};
use utoipa_swagger_ui_vendored::SWAGGER_UI_VENDORED;
use zip::ZipArchive;

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=build.rs");
    let folder = env::var("OUT_DIR")?;
    let mut archive = ZipArchive::new(Cursor::new(SWAGGER_UI_VENDORED))?;
    for name in ["swagger-ui-bundle.js", "swagger-ui.css"] {
        let inside = format!("/dist/{name}");
        let index = archive
            .file_names_raw()
            .position(|path| path.ends_with(inside.as_bytes()))
            .ok_or_else(|| format!("Swagger UI's archive has no {name}"))?;
        let packed = File::create(Path::new(&folder).join(format!("{name}.gz")))?;
        let mut packed = GzEncoder::new(packed, Compression::best());
        io::copy(&mut archive.by_index(index)?, &mut packed)?;
        packed.finish()?;
    }
    Ok(())
}
