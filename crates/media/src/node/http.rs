//! HTTP in and out over hyper, with the bounds that strangers need.

use std::cell::Cell;
use std::convert::Infallible;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited, combinators::BoxBody};
use hyper::body::Incoming;
use hyper::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue};
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use rustls::ServerConfig;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream, ToSocketAddrs};
use tokio_rustls::{TlsAcceptor, TlsConnector};

use crate::rules::refusal;

use super::tls::Trust;

use super::worded::Worded;

/// A request's headers must be here by then.
const HEAD_WITHIN: Duration = Duration::from_secs(5);
/// More than a browser with full cookie jars sends.
const HEAD_BYTES_MAX: usize = 32 * 1024;
/// And its body by then.
const BODY_WITHIN: Duration = Duration::from_secs(8);
/// Connections of HTTP/2 that do not answer for so long are gone.
const PING_EVERY: Duration = Duration::from_secs(10);
/// No request body of ours is larger.
pub const BODY_BYTES_MAX: usize = 64 * 1024;

pub type Fault = Box<dyn std::error::Error + Send + Sync>;
pub type Body = BoxBody<Bytes, Fault>;
pub type Answer = Response<Body>;

pub fn whole(bytes: impl Into<Bytes>) -> Body {
    Full::new(bytes.into()).map_err(|never: Infallible| match never {}).boxed()
}

pub fn answer(status: u16, kind: &str, body: impl Into<Bytes>) -> Answer {
    let mut response = Response::new(whole(body));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
    if let Ok(kind) = HeaderValue::from_str(kind) {
        response.headers_mut().insert(CONTENT_TYPE, kind);
    }
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// A refusal as `application/problem+json`.
pub fn problem(code: &'static str, detail: &str) -> Answer {
    let refusal = refusal(code, detail);
    answer(refusal.status, "application/problem+json", refusal.body)
}

/// The body of a request, or the refusal of one that is too large, too slow or breaks off.
pub async fn body_of(body: Incoming, most: usize) -> Result<Bytes, Answer> {
    let whole = Limited::new(body, most).collect();
    let Ok(whole) = tokio::time::timeout(BODY_WITHIN, whole).await else {
        return Err(problem("request_unreadable", "the body did not come in time"));
    };
    match whole {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<http_body_util::LengthLimitError>() => {
            Err(problem("body_too_large", &format!("at most {most} bytes")))
        }
        Err(error) => Err(problem("request_unreadable", &error.to_string())),
    }
}

/// Serve a listener until the process ends, sealed where there is `tls`; each connection in a task that dies with it.
pub async fn serve<F, R>(listener: TcpListener, tls: Option<Arc<ServerConfig>>, handler: F)
where
    F: Fn(Request<Incoming>) -> R + Clone + 'static,
    R: Future<Output = Answer> + 'static,
{
    let sealer = tls.map(TlsAcceptor::from);
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            // Out of descriptors: let some go before trying again.
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        let _ = stream.set_nodelay(true);
        let (handler, sealer) = (handler.clone(), sealer.clone());
        tokio::task::spawn_local(async move {
            match sealer {
                None => converse(stream, Speaks::Either, handler).await,
                Some(sealer) => {
                    let shaken = tokio::time::timeout(HEAD_WITHIN, sealer.accept(stream)).await;
                    if let Ok(Ok(stream)) = shaken {
                        let speaks = Speaks::agreed(stream.get_ref().1.alpn_protocol());
                        converse(stream, speaks, handler).await;
                    }
                }
            }
        });
    }
}

/// Which HTTP a connection speaks.
enum Speaks {
    /// Told by the first bytes.
    Either,
    One,
    Two,
}

impl Speaks {
    fn agreed(protocol: Option<&[u8]>) -> Self {
        if protocol == Some(b"h2") { Self::Two } else { Self::One }
    }
}

async fn converse<S, F, R>(stream: S, speaks: Speaks, handler: F)
where
    S: AsyncRead + AsyncWrite + Unpin + 'static,
    F: Fn(Request<Incoming>) -> R + Clone + 'static,
    R: Future<Output = Answer> + 'static,
{
    let asked = Rc::new(Cell::new(false));
    let noted = asked.clone();
    let service = hyper::service::service_fn(move |request| {
        noted.set(true);
        let answer = handler(request);
        async move { Ok::<_, Infallible>(answer.await) }
    });
    let mut builder = hyper_util::server::conn::auto::Builder::new(LocalExecutor);
    builder = match speaks {
        Speaks::Either => builder,
        Speaks::One => builder.http1_only(),
        Speaks::Two => builder.http2_only(),
    };
    builder.http1().timer(TokioTimer::new()).header_read_timeout(HEAD_WITHIN).max_buf_size(HEAD_BYTES_MAX);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(64)
        .max_header_list_size(HEAD_BYTES_MAX as u32);
    builder.http2().keep_alive_interval(PING_EVERY).keep_alive_timeout(PING_EVERY);
    // hyper waits without end for the bytes that tell one HTTP from the other, and for the preface of HTTP/2.
    let silent = async {
        tokio::time::sleep(HEAD_WITHIN).await;
        if asked.get() {
            std::future::pending::<()>().await;
        }
    };
    tokio::select! {
        ended = builder.serve_connection(Worded::new(TokioIo::new(stream)), service) => {
            if let Err(error) = ended {
                tracing::debug!(%error, "node.connection_ended");
            }
        }
        () = silent => {}
    }
}

#[derive(Clone, Copy)]
struct LocalExecutor;

impl<F: Future + 'static> hyper::rt::Executor<F> for LocalExecutor
where
    F::Output: 'static,
{
    fn execute(&self, future: F) {
        tokio::task::spawn_local(future);
    }
}

/// Pass a request on to `host:port` and its answer back, sealed and with the right host at the other end where there is
/// something to trust. `Err` where nobody answers within `within`.
pub async fn pass_on(
    address: impl ToSocketAddrs,
    trust: Option<&Trust>,
    request: Request<Full<Bytes>>,
    within: Duration,
) -> Result<Response<Incoming>, Fault> {
    let asked = async {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let Some(trust) = trust else { return ask_over(stream, request).await };
        let connector = TlsConnector::from(trust.config.clone());
        ask_over(connector.connect(trust.host.clone(), stream).await?, request).await
    };
    tokio::time::timeout(within, asked).await?
}

async fn ask_over<S>(stream: S, request: Request<Full<Bytes>>) -> Result<Response<Incoming>, Fault>
where
    S: AsyncRead + AsyncWrite + Unpin + 'static,
{
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    tokio::task::spawn_local(async move {
        let _ = connection.await;
    });
    Ok(sender.send_request(request).await?)
}
