//! The program `halaqah`: argv in, exit code out.

use std::io::IsTerminal;
use std::process::ExitCode;

use clap::Parser;
use halaqah::cli::{Arguments, CONFIGURATION, named_configuration, usage_message};
use halaqah::commands;
use tracing_subscriber::EnvFilter;

fn main() -> ExitCode {
    // Two crates speak TLS; one provider for both, chosen before either is asked.
    let _ = rustls::crypto::ring::default_provider().install_default();
    log_to_stderr();
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) if error.use_stderr() => return not_understood(&error),
        // What was asked for: the help, or the version.
        Err(answer) => answer.exit(),
    };
    match commands::run(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("{}", failure.message());
            failure.exit_code()
        }
    }
}

/// Says what is wrong with the command line, in the language of the configuration if there is one.
fn not_understood(error: &clap::Error) -> ExitCode {
    let config = named_configuration(std::env::args_os()).unwrap_or_else(|| CONFIGURATION.into());
    eprintln!("{}", usage_message(error, &commands::words_before(&config)));
    ExitCode::from(2)
}

/// People read plain lines, machines JSON. `HALAQAH_LOG` sets the level; some crates log tokens at
/// debug, so they are held at info whatever it says.
fn log_to_stderr() {
    let asked = std::env::var("HALAQAH_LOG").unwrap_or_else(|_| "info".to_owned());
    let capped = format!(
        "{asked},yup_oauth2=info,hyper=info,hyper_util=info,rustls=info,google_sheets4=info"
    );
    let filter = EnvFilter::try_new(capped).unwrap_or_else(|_| EnvFilter::new("info"));
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_target(false);
    if std::io::stderr().is_terminal() { lines.init() } else { lines.json().init() }
}
