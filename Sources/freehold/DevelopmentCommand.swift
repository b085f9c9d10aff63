import Arguments
import Glibc
import Interface
import Node
import Primitives

/// `freehold dev`: what only development networks have.
enum DevelopmentCommand {
  static let row = Command(
    group: "dev", summary: "Work with a development network.",
    example: "freehold dev advance 30d",
    subcommands: [
      Command(
        "advance", summary: "Move the clock of a development network forward.",
        discussion: """
          Blocks carry the new time from the next one on, which is made at once. The move is \
          stored before it is acknowledged and survives a restart; there is no way back.
          """,
        options: [NodeClient.option, NodeClient.authority],
        positionals: [
          Positional("SPAN", .text, help: "How far: seconds, or s, m, h, d, w behind numbers.")
        ], example: "freehold dev advance 30d")
    ])

  static func run(_ match: Match) -> ExitCode {
    let json = match.wantsJSON
    let text = match.text("SPAN") ?? ""
    do throws(ClientFailure) {
      let client = try NodeClient(match)
      let network = try client.network()
      let tree: ABITree
      do throws(TextFailure) {
        tree = try TextCoder(network.vocabulary).tree(text, as: ABIField("SPAN", Seconds.self))
      } catch {
        throw .usage(error.description)
      }
      guard case .number(let number) = tree, let seconds = number.narrow else {
        throw .usage("SPAN: '\(text)' is no span of time")
      }
      let time = try client.quantity("dev_advance") { $0.string(Hex.quantity(seconds)) }
      let block = try wait(client, until: time)
      report(block, json: json)
      return .success
    } catch {
      return DeclaredCommands.fail(error, nil, nil, json: json)
    }
  }

  /// The first block that carries the new time.
  private static func wait(
    _ client: NodeClient, until time: UInt128
  ) throws(ClientFailure) -> (height: UInt128, time: UInt128) {
    for round in 0..<600 {
      let head = try client.ask("eth_getBlockByNumber", { $0.string("latest") }, { $0.bool(false) })
      if let height: UInt128 = head["number"]?.string.flatMap(Hex.quantity),
        let stamp: UInt128 = head["timestamp"]?.string.flatMap(Hex.quantity), stamp >= time
      {
        Terminal.progressEnds()
        return (height, stamp)
      }
      Terminal.progress("the clock has moved: waiting for a block, \(round / 10) s")
      usleep(round < 20 ? 20_000 : 100_000)
    }
    throw .malformed("the clock has moved and no block has been made: see what the node says")
  }

  private static func report(_ block: (height: UInt128, time: UInt128), json: Bool) {
    let time = LogicalTime(UInt64(clamping: block.time))
    guard json else {
      return Terminal.print("Block \(block.height) has the time \(CalendarTime.text(time)).")
    }
    Terminal.object { writer in
      writer.name("blockNumber")
      writer.number(block.height)
      writer.name("timestamp")
      writer.number(block.time)
      writer.name("time")
      writer.string(CalendarTime.text(time))
    }
  }
}
