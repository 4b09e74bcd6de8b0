//! An answer that does not end.

use crate::door::{Door, GEMINI, chat};
use simulator::{CallKind, Fault, FaultKind};

/// Holds F17.
#[tokio::test(flavor = "multi_thread")]
async fn an_answer_without_end_costs_no_memory() {
    let _alone = crate::alone().await;
    let door = Door::with(&["ada"]).await;
    let before = crate::resident_kib();
    let huge = FaultKind::HugeStream { events: Some(40_000), characters: 4_096 };
    door.bench.simulator.script(Fault::new(huge.clone()).on(CallKind::StreamGenerate));
    let mut answer = door.post("/v1/chat/completions", &chat(GEMINI, true)).await;
    let mut read = 0;
    let mut most = 0;
    while let Some(piece) = answer.chunk().await.unwrap() {
        read += piece.len();
        most = most.max(crate::resident_kib().saturating_sub(before));
    }
    assert!(read > 160 << 20, "{read} bytes");
    println!("figure F17: {} MiB streamed, memory grew by {} MiB at most", read >> 20, most >> 10);
    assert!(most < 48 << 10, "{most} KiB");
    // Whole, it is cut at 64 MiB, and the client is told.
    door.bench.simulator.script(Fault::new(huge).on(CallKind::StreamGenerate).always());
    let answer = door.post("/v1/chat/completions", &chat(GEMINI, false)).await;
    assert!(answer.status().is_server_error(), "{answer:?}");
}
