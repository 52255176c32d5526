//! The media node: reads the order to start, opens the node, nothing else.

fn main() -> std::process::ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    media::node::run(&arguments)
}
