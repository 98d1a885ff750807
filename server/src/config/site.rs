//! The folder of the built client: where it is looked for, and whether it is there.

use std::path::{Path, PathBuf};

use super::{Config, Fault};

/// What the build writes into it beside the package; [`crate::boot`] reads it.
pub(crate) const FILE: &str = "site.json";

/// What to do when it is not there.
pub(crate) const REMEDY: &str =
    "Build the client with `cargo xtask web`, or set POSTERN_SITE to the folder that holds it";

/// Where it is when no setting says so.
pub(super) fn usual() -> PathBuf {
    let program = std::env::current_exe().unwrap_or_default();
    beside(&program)
}

/// `site` beside the program, as a release is laid out; else what `cargo xtask web` builds one folder above, of the
/// program's own kind first.
fn beside(program: &Path) -> PathBuf {
    let folder = program.parent().unwrap_or(Path::new("."));
    let target = folder.parent().unwrap_or(folder);
    let mut built = ["site-dev", "site-release"];
    if folder.ends_with("release") {
        built.reverse();
    }
    let shipped = folder.join("site");
    let [first, second] = built.map(|name| target.join(name));
    [&shipped, &first, &second]
        .into_iter()
        .find(|site| site.join(FILE).exists())
        .unwrap_or(&shipped)
        .clone()
}

/// Refuses to show pages without a client.
pub(super) fn check(config: &Config) -> Option<Fault> {
    let file = config.site.join(FILE);
    std::fs::File::open(&file).err().map(|error| {
        let wrong = format!("{} cannot be read ({error})", file.display());
        Fault::new("POSTERN_SITE", wrong, REMEDY)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn the_client_is_found_where_the_build_and_the_release_put_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let program = folder.path().join("debug/postern");
        let released = folder.path().join("release/postern");
        let place = |name: &str| folder.path().join(name);
        let build = |name: &str| {
            fs::create_dir_all(place(name)).expect("a folder");
            fs::write(place(name).join(FILE), "{}").expect("a file");
        };
        assert_eq!(beside(&program), place("debug/site"), "none yet");
        build("site-release");
        assert_eq!(beside(&program), place("site-release"));
        build("site-dev");
        assert_eq!(beside(&program), place("site-dev"));
        assert_eq!(beside(&released), place("site-release"));
        build("debug/site");
        assert_eq!(beside(&program), place("debug/site"));
    }
}
