import Arguments
import Node

/// Every command with its options and an example: the one source of parsing, help, completions and
/// the manual page.
enum CommandTable {
  static let data = Option(
    "data", .path, "DIR", help: "The node's data folder.", isRequired: true, environment: .top)

  static let overlay = Option(
    "overlay", .path, "FILE", help: "A document laid over the economy; may be repeated.",
    isRepeatable: true)

  static let program = Program(
    root: Command(
      group: "freehold", summary: "Runs a whole AI-and-data economy.",
      discussion: "One binary, one data folder, one port. An economy is a file.",
      example: "freehold serve --data .freehold/dta",
      subcommands: [
        InitCommand.row, ServeCommand.row, CheckCommand.row, VerifyCommand.row,
        DoctorCommand.row, AdminCommand.row, BackupCommand.row, RestoreCommand.row,
        ProveCommand.row, VerifyProofCommand.row,
        KeysCommand.row, TransactionCommand.row, QueryCommand.row, CallCommand.row,
        ReceiptCommand.row, LogsCommand.row, BlockCommand.row, AccountCommand.row, ABICommand.row,
        ExportCommand.row, IndexCommand.row, ConfigCommand.row, PowerCommand.row,
        DevelopmentCommand.row,
        SimulateCommand.row, GoldenCommand.row, CompletionCommand.row, ManualCommand.row,
        VersionCommand.row,
      ]),
    version: Version.text, environmentPrefix: "FREEHOLD")
}
