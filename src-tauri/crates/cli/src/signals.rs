//! Ctrl-C and the system's request to end.

/// Listens from now on; the future ends when somebody asks the program to stop.
///
/// Called before the program says that it runs, so that whoever hears it can stop it in order at once.
#[cfg(unix)]
pub fn asked_to_stop() -> impl Future<Output = ()> {
    use tokio::signal::unix::{SignalKind, signal};
    let listen = |kind| {
        let signals = signal(kind);
        async move {
            match signals {
                Ok(mut signals) => {
                    signals.recv().await;
                }
                // Without a handler the signal ends the program by itself.
                Err(_) => std::future::pending().await,
            }
        }
    };
    let interrupt = listen(SignalKind::interrupt());
    let terminate = listen(SignalKind::terminate());
    let hangup = listen(SignalKind::hangup());
    async {
        tokio::select! {
            () = interrupt => {}
            () = terminate => {}
            () = hangup => {}
        }
    }
}

/// Listens from now on; the future ends when somebody asks the program to stop.
#[cfg(not(unix))]
pub fn asked_to_stop() -> impl Future<Output = ()> {
    async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending().await
        }
    }
}
