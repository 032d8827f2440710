// SPDX-License-Identifier: MIT
//! The events of the benchmark on socketioxide, with one thread, as all servers have one core.
use axum::serve::ListenerExt;
use socketioxide::{
    extract::{AckSender, Data, SocketRef},
    SocketIo,
};

async fn serve(socket: SocketRef) {
    socket.on("echo", async |socket: SocketRef, Data::<String>(text)| {
        socket.emit("echo", &text).ok();
    });
    socket.on("ack", async |Data::<String>(text), ack: AckSender| {
        ack.send(&text).ok();
    });
    socket.on("fan", async |io: SocketIo, Data::<String>(text)| {
        io.emit("fan", &text).await.ok();
    });
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let mut arguments = std::env::args().skip_while(|argument| argument != "--port").skip(1);
    let port = arguments.next().expect("usage: bench_socketioxide --port N");
    let (layer, io) = SocketIo::new_layer();
    io.ns("/", serve);
    let listener = tokio::net::TcpListener::bind(format!("127.0.0.1:{port}")).await.unwrap();
    let listener = listener.tap_io(|stream| stream.set_nodelay(true).unwrap());
    axum::serve(listener, axum::Router::new().layer(layer)).await.unwrap();
}
