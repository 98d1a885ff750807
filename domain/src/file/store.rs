//! Where files lie: a folder, or any store that speaks S3. Whatever lies there is sealed.

use super::seal::{Seal, Sealer, opened, sealed_range, sealed_size};
use crate::{Env, Error, Result, crypto::sha256};
use bytes::Bytes;
use futures::{Stream, StreamExt as _, TryStreamExt as _};
use object_store::{
    BackoffConfig, ClientOptions, GetOptions, GetRange, ObjectStore, ObjectStoreExt as _,
    RetryConfig, aws::AmazonS3Builder, buffered::BufWriter, local::LocalFileSystem,
    memory::InMemory, path::Path as Name,
};
use postern_types::WorkspaceId;
use secrecy::{ExposeSecret as _, SecretString};
use std::{
    ops::Range,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use time::OffsetDateTime;
use tokio::{
    io::AsyncWriteExt as _,
    sync::{OwnedSemaphorePermit, Semaphore},
};
use uuid::Uuid;

/// A part of a larger object; S3 takes none that is smaller, but for the last.
const PART: usize = 5 * 1024 * 1024;
/// Parts of one object that are on their way at once.
const PARTS: usize = 2;
/// Files that this process fetches at once: most of a worker's places stay for what is sent.
const FETCHES: usize = 4;
/// How far apart those are called again that found no place.
const APART: time::Duration = time::Duration::milliseconds(150);

/// The store, and who has a turn in this process. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    objects: Arc<dyn ObjectStore>,
    fetches: Arc<Semaphore>,
    next: Arc<Mutex<OffsetDateTime>>,
    /// Pictures and recordings are looked at one after the other.
    pub(super) pictures: Arc<Semaphore>,
}

/// A store that speaks S3, as it is configured.
#[derive(Clone, Debug)]
pub struct S3 {
    /// Where it is; none for Amazon's own.
    pub endpoint: Option<url::Url>,
    /// The bucket, which Postern has for itself.
    pub bucket: String,
    /// Its region; most stores that are not Amazon's take any word.
    pub region: String,
    /// The id of its key.
    pub key_id: SecretString,
    /// The key.
    pub secret: SecretString,
    /// Whether the bucket stands in the path, not before the host's name.
    pub path_style: bool,
}

impl Store {
    /// A folder, which is made when it is missing, for the eyes of this process's user alone.
    pub fn folder(path: &Path) -> std::io::Result<Self> {
        use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
        std::fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(path)?;
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o700))?;
        let objects = LocalFileSystem::new_with_prefix(path)
            .map_err(std::io::Error::other)?
            // Not even the folder of a workspace that is gone.
            .with_automatic_cleanup(true);
        Ok(Self::of(Arc::new(objects)))
    }

    /// A bucket. Nothing is asked of it before [`Store::check`].
    pub fn s3(s3: &S3) -> Result<Self> {
        Self::bucket(s3, 3)
    }

    #[cfg(test)]
    pub(super) fn s3_without_retries(s3: &S3) -> Self {
        Self::bucket(s3, 0).unwrap()
    }

    fn bucket(s3: &S3, retries: usize) -> Result<Self> {
        let client = ClientOptions::new()
            .with_connect_timeout(Duration::from_secs(5))
            // No time for the whole: of 100 MB the answer lasts as long as its reader takes. The store may be silent for
            // this long, which counts on while a slow reader takes nothing.
            .with_timeout_disabled()
            .with_read_timeout(Duration::from_mins(2))
            .with_allow_http(
                s3.endpoint
                    .as_ref()
                    .is_some_and(|url| url.scheme() == "http"),
            );
        let retry = RetryConfig {
            backoff: BackoffConfig::default(),
            max_retries: retries,
            retry_timeout: Duration::from_secs(30),
        };
        let mut builder = AmazonS3Builder::new()
            .with_bucket_name(&s3.bucket)
            .with_region(&s3.region)
            .with_access_key_id(s3.key_id.expose_secret())
            .with_secret_access_key(s3.secret.expose_secret())
            .with_virtual_hosted_style_request(!s3.path_style)
            .with_client_options(client)
            .with_retry(retry);
        if let Some(endpoint) = &s3.endpoint {
            builder = builder.with_endpoint(endpoint.as_str().trim_end_matches('/'));
        }
        let objects = builder.build().map_err(away)?;
        Ok(Self::of(Arc::new(objects)))
    }

    /// One that is gone with the process, for tests.
    pub fn memory() -> Self {
        Self::of(Arc::new(InMemory::new()))
    }

    fn of(objects: Arc<dyn ObjectStore>) -> Self {
        Self {
            objects,
            fetches: Arc::new(Semaphore::new(FETCHES)),
            next: Arc::new(Mutex::new(OffsetDateTime::UNIX_EPOCH)),
            pictures: Arc::new(Semaphore::new(1)),
        }
    }

    /// Makes sure that the store takes, lists, gives and forgets objects; leaves nothing behind.
    pub async fn check(&self, env: &Env) -> Result<()> {
        let name = Name::from(format!("check/{}", env.id::<Uuid>()));
        let word = env.bytes::<16>();
        self.objects
            .put(&name, word.to_vec().into())
            .await
            .map_err(away)?;
        let listed = self
            .objects
            .list(Some(&Name::from("check")))
            .try_any(|found| {
                let found = found.location == name;
                async move { found }
            });
        let listed = listed.await.map_err(away)?;
        let given = self
            .objects
            .get(&name)
            .await
            .map_err(away)?
            .bytes()
            .await
            .map_err(away)?;
        self.objects.delete(&name).await.map_err(away)?;
        if listed && sha256(&given) == sha256(&word) {
            return Ok(());
        }
        Err(Error::internal(
            "the store of files does not give back what it took",
        ))
    }

    /// A place to fetch a file, or when to ask again.
    pub(super) fn place(
        &self,
        now: OffsetDateTime,
    ) -> Result<OwnedSemaphorePermit, OffsetDateTime> {
        if let Ok(place) = Arc::clone(&self.fetches).try_acquire_owned() {
            return Ok(place);
        }
        // One after the other, however many wait.
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        *next = (*next).max(now + APART * 3) + APART;
        Err(*next)
    }

    /// Begins an object under a name that no other has.
    pub(super) fn write(&self, env: &Env, workspace: WorkspaceId, seal: Seal) -> Writing {
        let name = format!("{workspace}/{}", env.id::<Uuid>());
        let writer =
            BufWriter::with_capacity(Arc::clone(&self.objects), Name::from(name.as_str()), PART)
                .with_max_concurrency(PARTS);
        Writing {
            name,
            writer,
            sealer: Sealer::new(seal),
        }
    }

    /// Opens `range` of the object of a file that has `size` bytes.
    pub(super) async fn read(
        &self,
        name: &str,
        seal: Seal,
        size: u64,
        range: Range<u64>,
    ) -> Result<impl Stream<Item = Result<Bytes>> + Send + use<>> {
        let part = sealed_range(size, &range);
        let empty = part.is_empty();
        let options = GetOptions {
            // Of an object without a byte no part can be asked for.
            range: (!empty).then_some(GetRange::Bounded(part)),
            ..GetOptions::default()
        };
        let found = self.objects.get_opts(&Name::from(name), options).await;
        let found = found.map_err(|error| match error {
            object_store::Error::NotFound { .. } => {
                Error::internal("a stored file is gone from the store")
            }
            other => away(other),
        })?;
        if found.meta.size != sealed_size(size) {
            return Err(Error::internal(
                "a stored file does not have the length that it was stored with",
            ));
        }
        let sealed = found.into_stream().map_err(away).boxed();
        Ok(opened(seal, size, range, sealed))
    }

    /// Forgets an object; one that is gone already is as good.
    pub(super) async fn delete(&self, name: &str) -> Result<()> {
        match self.objects.delete(&Name::from(name)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(away(error)),
        }
    }

    /// Forgets up to `most` objects of a workspace; says how many there were.
    pub(crate) async fn clear(&self, workspace: WorkspaceId, most: usize) -> Result<u64> {
        let folder = Name::from(workspace.to_string());
        let found: Vec<Name> = self
            .objects
            .list(Some(&folder))
            .take(most)
            .map_ok(|found| found.location)
            .try_collect()
            .await
            .map_err(away)?;
        for name in &found {
            self.delete(name.as_ref()).await?;
        }
        Ok(found.len() as u64)
    }

    /// Forgets what nothing names: what is left of it, if anything, has lost its key and opens for nobody.
    pub(super) async fn discard(&self, names: impl IntoIterator<Item = String>) {
        for name in names {
            if let Err(error) = self.delete(&name).await {
                tracing::warn!(%error, object = name, "an object that nothing needs could not be deleted from the store");
            }
        }
    }

    /// The bytes as they lie there.
    #[cfg(test)]
    pub(super) async fn raw(&self, name: &str) -> Vec<u8> {
        let found = self.objects.get(&Name::from(name)).await.unwrap();
        found.bytes().await.unwrap().to_vec()
    }

    /// Puts bytes there as they are.
    #[cfg(test)]
    pub(crate) async fn put_raw(&self, name: &str, bytes: Vec<u8>) {
        self.objects
            .put(&Name::from(name), bytes.into())
            .await
            .unwrap();
    }

    /// Every object's name.
    #[cfg(test)]
    pub(crate) async fn names(&self) -> Vec<String> {
        let found = self
            .objects
            .list(None)
            .map_ok(|found| found.location.to_string());
        found.try_collect().await.unwrap()
    }
}

/// An object that is being written. Nobody sees it before its end.
pub(super) struct Writing {
    name: String,
    writer: BufWriter,
    sealer: Sealer,
}

impl Writing {
    pub async fn put(&mut self, bytes: &[u8]) -> Result<()> {
        for segment in self.sealer.push(bytes)? {
            self.writer.put(segment).await.map_err(away)?;
        }
        Ok(())
    }

    /// Ends it; the object's name.
    pub async fn finish(mut self) -> Result<String> {
        let last = self.sealer.finish()?;
        self.writer.put(last).await.map_err(away)?;
        self.writer
            .shutdown()
            .await
            .map_err(|error| Error::Internal(error.into()))?;
        Ok(self.name)
    }

    /// Takes back what was written so far.
    pub async fn abort(mut self) {
        if let Err(error) = self.writer.abort().await {
            tracing::warn!(%error, "what was begun in the store of files could not be taken back");
        }
    }
}

fn away(error: object_store::Error) -> Error {
    Error::Internal(error.into())
}
