import Arguments

/// `freehold completion`: what a shell needs to complete commands.
enum CompletionCommand {
  static let row = Command(
    "completion", summary: "Print a shell's completion script.",
    positionals: [
      Positional("SHELL", .choice(["bash", "zsh", "fish"]), help: "For which shell.")
    ],
    example: "freehold completion bash > ~/.local/share/bash-completion/completions/freehold")

  static func run(_ match: Match) -> ExitCode {
    let program = CommandTable.program
    switch match.text("SHELL") {
    case "zsh": Terminal.print(Completion.zsh(program), newline: false)
    case "fish": Terminal.print(Completion.fish(program), newline: false)
    default: Terminal.print(Completion.bash(program), newline: false)
    }
    return .success
  }
}
