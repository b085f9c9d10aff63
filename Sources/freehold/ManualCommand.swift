import Arguments
import Primitives

/// `freehold man`: the manual page, or the whole table of commands as JSON.
enum ManualCommand {
  static let row = Command(
    "man", summary: "Print the manual page; with --json every command with its options.",
    example: "freehold man > freehold.1")

  static func run(_ match: Match) -> ExitCode {
    let program = CommandTable.program
    guard match.wantsJSON else {
      Terminal.print(Manual.page(program), newline: false)
      return .success
    }
    Terminal.object { writer in
      writer.name("version")
      writer.string(program.version)
      writer.name("commands")
      writer.beginArray()
      for command in program.root.subcommands { write(command, [], program, &writer) }
      writer.endArray()
    }
    return .success
  }

  /// The command and those below it, each an object of its own.
  private static func write(
    _ command: Command, _ above: [String], _ program: Program, _ writer: inout JSONWriter
  ) {
    let path = above + [command.name]
    writer.beginObject()
    writer.name("path")
    writer.string(path.joined(separator: " "))
    writer.name("isGroup")
    writer.bool(!command.subcommands.isEmpty)
    writer.name("summary")
    writer.string(command.summary)
    writer.name("example")
    writer.string(command.example)
    writer.name("options")
    writer.beginArray()
    for option in command.allOptions {
      writer.beginObject()
      writer.name("name")
      writer.string("--\(option.name)")
      writer.name("help")
      writer.string(option.help)
      writer.name("environment")
      if let variable = program.variable(of: option) {
        writer.string(variable)
      } else {
        writer.null()
      }
      writer.endObject()
    }
    writer.endArray()
    writer.name("arguments")
    writer.beginArray()
    for positional in command.positionals { writer.string(positional.name) }
    writer.endArray()
    writer.endObject()
    for child in command.subcommands { write(child, path, program, &writer) }
  }
}
