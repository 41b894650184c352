//! Notifications whose server is killed before a webhook has taken them.

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::database::Database;
use crate::program::Program;

#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_is_sent_by_the_next_server() {
    let home = tempfile::tempdir().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let option = format!("--notification-webhook=http://{address}/");
    let mut program = Program::start(home.path(), &[&option]);
    for name in ["a", "b", "c"] {
        create(&program, name).await;
    }
    // The first comes, and is never answered.
    let (hanging, _) = listener.accept().await.unwrap();
    program.kill();
    drop(hanging);
    let _program = Program::start(home.path(), &[&option]);
    for name in ["a", "b", "c"] {
        let envelope = take(&listener).await;
        assert_eq!(envelope["event_type"], "image.create");
        assert_eq!(envelope["payload"]["name"], name);
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL: scripts/with-postgres, with --run-ignored all"]
async fn two_servers_on_one_database_send_each_notification_once_and_in_order() {
    let database = Database::new().await;
    let homes = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let webhook = format!("--notification-webhook=http://{address}/");
    let options = [webhook, database.option(), "--store=database:".to_owned()];
    let options: Vec<_> = options.iter().map(String::as_str).collect();
    let programs = homes
        .each_ref()
        .map(|home| Program::start(home.path(), &options));
    let names: Vec<_> = (0..20).map(|number| number.to_string()).collect();
    let creating = async {
        for (name, program) in names.iter().zip(programs.iter().cycle()) {
            create(program, name).await;
        }
    };
    let taking = async {
        for name in &names {
            assert_eq!(take(&listener).await["payload"]["name"], **name);
        }
    };
    tokio::join!(creating, taking);
}

/// The envelope of the next request, which is answered.
async fn take(listener: &TcpListener) -> Value {
    let (mut stream, _) = listener.accept().await.unwrap();
    let envelope = read(&mut stream).await;
    let answer = "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n";
    stream.write_all(answer.as_bytes()).await.unwrap();
    envelope
}

async fn create(program: &Program, name: &str) {
    let request = reqwest::Client::new().post(format!("{}/v2/images", program.url()));
    let request = request
        .header("X-Auth-Token", "alice:alice-project:member,reader")
        .header("Content-Type", "application/json");
    let body = json!({ "name": name }).to_string();
    let answer = request.body(body).send().await.unwrap();
    assert_eq!(answer.status(), 201);
}

/// The envelope of a request.
async fn read(stream: &mut TcpStream) -> Value {
    let mut text = String::new();
    let mut block = [0; 4096];
    loop {
        let read = stream.read(&mut block).await.unwrap();
        assert!(read > 0, "a request that breaks off: {text}");
        text += std::str::from_utf8(&block[..read]).unwrap();
        if let Some((_, body)) = text.split_once("\r\n\r\n")
            && let Ok(envelope) = serde_json::from_str(body)
        {
            return envelope;
        }
    }
}
