//! The way to the database with a counter on it: statements are what a request costs there, and no noise moves them.

use sqlx::postgres::{PgConnectOptions, PgSslMode};
use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};
use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _},
    net::{TcpStream, UnixListener, UnixStream},
};

/// Counts what goes over the connections of a pool.
pub struct Wire {
    statements: Arc<AtomicUsize>,
    /// Where its socket stands.
    folder: PathBuf,
}

impl Drop for Wire {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

impl Wire {
    /// Puts itself between a pool and the database of `options`; gives the options that lead through it.
    pub fn between(options: &PgConnectOptions) -> (Self, PgConnectOptions) {
        let name = format!(
            "wire-{}-{}",
            std::process::id(),
            options.get_database().unwrap()
        );
        let folder = std::env::temp_dir().join(name);
        std::fs::create_dir(&folder).unwrap();
        let listener = UnixListener::bind(folder.join(".s.PGSQL.5432")).unwrap();
        let statements = Arc::new(AtomicUsize::new(0));
        let (counter, target) = (Arc::clone(&statements), options.clone());
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                let (counter, target) = (Arc::clone(&counter), target.clone());
                tokio::spawn(async move {
                    let port = target.get_port();
                    if let Some(folder) = target.get_socket() {
                        let far = UnixStream::connect(folder.join(format!(".s.PGSQL.{port}")));
                        carry(near, far.await.unwrap(), &counter).await;
                    } else {
                        let far = TcpStream::connect((target.get_host(), port));
                        carry(near, far.await.unwrap(), &counter).await;
                    }
                });
            }
        });
        let through = options
            .clone()
            .socket(&folder)
            .port(5432)
            .ssl_mode(PgSslMode::Disable);
        (Self { statements, folder }, through)
    }

    /// Statements that were sent while `work` ran, each of which it waited for.
    pub async fn count<T>(&self, work: impl Future<Output = T>) -> (usize, T) {
        let before = self.statements.load(Ordering::SeqCst);
        let done = work.await;
        (self.statements.load(Ordering::SeqCst) - before, done)
    }
}

async fn carry<S: AsyncRead + AsyncWrite>(near: UnixStream, far: S, statements: &AtomicUsize) {
    let (mut near_in, mut near_out) = near.into_split();
    let (mut far_in, mut far_out) = tokio::io::split(far);
    let back = async move {
        let _ = tokio::io::copy(&mut far_in, &mut near_out).await;
    };
    let there = async move {
        let mut first = true;
        while let Some((kind, bytes)) = message(&mut near_in, first).await {
            first = false;
            if is_statement(kind, &bytes) {
                statements.fetch_add(1, Ordering::SeqCst);
            }
            if far_out.write_all(&bytes).await.is_err() {
                return;
            }
        }
    };
    futures::join!(there, back);
}

/// Execute, or a Query; not what tidies a connection up after somebody, nor a look whether one is alive, nor preparing.
fn is_statement(kind: u8, bytes: &[u8]) -> bool {
    kind == b'E' || (kind == b'Q' && !bytes.ends_with(b"BEGIN; ROLLBACK\0"))
}

/// The next message of PostgreSQL's frontend protocol; the first has no kind.
async fn message(from: &mut (impl AsyncRead + Unpin), first: bool) -> Option<(u8, Vec<u8>)> {
    let mut bytes = Vec::new();
    let mut kind = 0;
    if !first {
        kind = from.read_u8().await.ok()?;
        bytes.push(kind);
    }
    let len = from.read_u32().await.ok()?;
    bytes.extend(len.to_be_bytes());
    let start = bytes.len();
    bytes.resize(start + usize::try_from(len).ok()? - 4, 0);
    from.read_exact(&mut bytes[start..]).await.ok()?;
    Some((kind, bytes))
}
