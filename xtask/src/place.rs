//! Where things stand: the checkout, the build folder, the cache.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// The folders every task needs. Nothing that is built or fetched is kept in the checkout, so a fresh clone is warm.
pub struct Place {
    /// The checkout.
    pub root: PathBuf,
    /// What cargo builds: `CARGO_TARGET_DIR`, or `postern/target` in the user's cache.
    pub target: PathBuf,
    /// npm packages and the like, keyed by the hash of what asked for them.
    pub cache: PathBuf,
}

impl Place {
    /// Reads the environment that `cargo xtask` gives.
    pub fn find() -> Result<Self> {
        let manifest = std::env::var_os("CARGO_MANIFEST_DIR")
            .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
        let root = manifest
            .parent()
            .context("xtask has no parent folder")?
            .to_path_buf();
        let cache = user_cache()?.join("postern");
        let target = match std::env::var_os("CARGO_TARGET_DIR") {
            Some(folder) if !folder.is_empty() => root.join(folder),
            _ => cache.join("target"),
        };
        std::fs::create_dir_all(&target)
            .with_context(|| format!("cannot make {}", target.display()))?;
        std::fs::create_dir_all(&cache)
            .with_context(|| format!("cannot make {}", cache.display()))?;
        Ok(Self {
            root,
            target,
            cache,
        })
    }

    /// A file of the checkout.
    pub fn file(&self, path: impl AsRef<Path>) -> PathBuf {
        self.root.join(path)
    }
}

fn user_cache() -> Result<PathBuf> {
    if let Some(folder) = std::env::var_os("XDG_CACHE_HOME").filter(|f| !f.is_empty()) {
        return Ok(PathBuf::from(folder));
    }
    let home = std::env::var_os("HOME").context("neither XDG_CACHE_HOME nor HOME is set")?;
    Ok(PathBuf::from(home).join(".cache"))
}
