import Arguments
import Glibc
import Node

/// Reads the command line and runs one command.
@main
struct Freehold {
  static func main() {
    let words = Array(CommandLine.arguments.dropFirst())
    do throws(UsageFailure) {
      let invocation = try CommandTable.program.parse(
        words, environment: { name in getenv(name).map { String(cString: $0) } },
        settings: SettingsFile.load)
      switch invocation {
      case .help(let text): Terminal.print(text, newline: false)
      case .version: Terminal.print(Version.text)
      case .run(let match): exit(run(match).rawValue)
      }
    } catch {
      Terminal.complain(error.text, newline: false)
      exit(ExitCode.usage.rawValue)
    }
  }

  private static func run(_ match: Match) -> ExitCode {
    switch match.path.first {
    case "init": InitCommand.run(match)
    case "serve": ServeCommand.run(match)
    case "check": CheckCommand.run(match)
    case "verify": VerifyCommand.run(match)
    case "doctor": DoctorCommand.run(match)
    case "admin": AdminCommand.run(match)
    case "backup": BackupCommand.run(match)
    case "restore": RestoreCommand.run(match)
    case "prove": ProveCommand.run(match)
    case "verify-proof": VerifyProofCommand.run(match)
    case "keys": KeysCommand.run(match)
    case "tx": TransactionCommand.run(match)
    case "query": QueryCommand.run(match)
    case "export": ExportCommand.run(match)
    case "index": IndexCommand.run(match)
    case "power": PowerCommand.run(match)
    case "dev": DevelopmentCommand.run(match)
    case "simulate": SimulateCommand.run(match)
    case "golden": GoldenCommand.run(match)
    case "call": CallCommand.run(match)
    case "receipt": ReceiptCommand.run(match)
    case "logs": LogsCommand.run(match)
    case "block": BlockCommand.run(match)
    case "account": AccountCommand.run(match)
    case "abi": ABICommand.run(match)
    case "config": ConfigCommand.run(match)
    case "man": ManualCommand.run(match)
    case "completion": CompletionCommand.run(match)
    default: VersionCommand.run(match)
    }
  }
}
