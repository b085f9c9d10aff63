import Arguments
import Cryptography
import Economy
import EconomyFile
import Interface
import Primitives

/// `freehold power`: who can do what, as an economy file has it or as it stands on a network.
enum PowerCommand {
  static let row = Command(
    "power", summary: "Show who can do what: roles, admins, holders and operations.",
    discussion: """
      Without --node it shows what the file decides for the first block; with --node the holders \
      are asked of that network, and the file gives them their names.
      """,
    options: [
      CommandTable.overlay,
      Option("node", .text, "URL", help: "A running node to ask who holds the roles now."),
    ],
    positionals: [Positional("FILE", .path, help: "The economy file.")],
    isList: true, example: "freehold power economies/dta.json --overlay economies/dev.json")

  /// A role as it is printed.
  private struct Entry {
    var name: String
    var admin: String
    var holders: [Holder]
    var operations: [String]
  }

  private struct Holder {
    var name: String?
    var address: Address?
    /// When the role lapses; nil for never.
    var until: String?

    var words: String {
      let place = address?.checksummed ?? "not bound to an address"
      let lapse = until.map { ", until \($0)" } ?? ""
      return (name.map { "\($0) (\(place))" } ?? place) + lapse
    }
  }

  static func run(_ match: Match) -> ExitCode {
    let json = match.wantsJSON
    guard let text = Terminal.read(match.text("FILE") ?? "", json: json) else { return .failed }
    var overlays: [String] = []
    for path in match.texts("overlay") {
      guard let overlay = Terminal.read(path, json: json) else { return .failed }
      overlays.append(overlay)
    }
    let access: EconomyDocument.Access
    do throws(EconomyFileFailure) {
      access = try EconomyFile.load(text: text, overlays: overlays).access
    } catch {
      Terminal.fail(error.description, json: json)
      return .failed
    }
    do throws(ClientFailure) {
      let url = match.text("node")
      let entries =
        try url.map { url throws(ClientFailure) in try live(url, access) }
        ?? planned(access)
      if match.output == .csv {
        Terminal.list(listing(entries), as: .csv, under: "roles")
      } else {
        report(entries, access, isLive: url != nil, json: json)
      }
      return .success
    } catch {
      return DeclaredCommands.fail(
        error, Access.declaration.address, TextCoder(Vocabulary(symbol: "", decimals: 0)),
        json: json)
    }
  }

  private static func planned(_ access: EconomyDocument.Access) -> [Entry] {
    access.roles.map { role in
      Entry(
        name: role.id, admin: role.admin,
        holders: role.holders.map { Holder(name: $0, address: access.address(of: $0)) },
        operations: RolePowers.operations(of: role.id, administers(role.id, access)))
    }
  }

  private static func administers(
    _ role: String, _ access: EconomyDocument.Access
  ) -> [String] {
    access.roles.filter { $0.admin == role }.map(\.id)
  }

  /// The roles, admins and members that the access module tells of.
  private static func live(
    _ url: String, _ access: EconomyDocument.Access
  ) throws(ClientFailure) -> [Entry] {
    let client = try NodeClient(url)
    let network = try client.network()
    let coder = TextCoder(network.vocabulary)
    let roleField = ABIField("role", Digest.self)
    var entries: [Entry] = []
    for role in try elements(query(client, "roles", [])) {
      let admin = try query(client, "getRoleAdmin", [role])
      var holders: [Holder] = []
      for member in try elements(query(client, "getRoleMembers", [role])) {
        guard case .account(let address) = member else { continue }
        let until = coder.text(
          try query(client, "roleExpiry", [role, member]), as: ABIField("until", LogicalTime.self))
        let id = coder.text(role, as: roleField)
        let planned = access.holders(of: id).first { access.address(of: $0) == address }
        let name =
          planned ?? access.names.first { $0.address == address }?.name
          ?? network.vocabulary.name(address)
        holders.append(
          Holder(name: name, address: address, until: until == "never" ? nil : until))
      }
      entries.append(
        Entry(
          name: coder.text(role, as: roleField), admin: coder.text(admin, as: roleField),
          holders: holders, operations: []))
    }
    for place in entries.indices {
      let name = entries[place].name
      let below = entries.filter { $0.admin == name }.map(\.name)
      entries[place].operations = RolePowers.operations(of: name, below)
    }
    return entries
  }

  private static func query(
    _ client: NodeClient, _ name: String, _ arguments: [ABITree]
  ) throws(ClientFailure) -> ABITree {
    let module = Access.declaration
    guard let query = module.queries.first(where: { $0.name == name }),
      let data = try? ABITree.encode(
        arguments, as: query.parameters.map(\.type), after: Selector(query.selector).bytes)
    else { throw .malformed("the access module has no query \(name)") }
    let answer = try client.call(module.address, data)
    guard let value = try? ABITree.decode(answer, as: query.returns.map(\.type)).first else {
      throw .malformed("the answer of \(name) does not decode: is the node of this version?")
    }
    return value
  }

  private static func elements(_ tree: ABITree) -> [ABITree] {
    if case .list(let trees) = tree { trees } else { [] }
  }

  /// A row for each holder of a role, and one for a role that nobody holds.
  private static func listing(_ entries: [Entry]) -> Listing {
    var listing = Listing(["role", "admin", "holder", "address", "until", "may"])
    for entry in entries {
      for holder in entry.holders.isEmpty ? [Holder()] : entry.holders {
        listing.append([
          entry.name, entry.admin, holder.name ?? "", holder.address?.checksummed ?? "",
          holder.until ?? "", entry.operations.joined(separator: "; "),
        ])
      }
    }
    return listing
  }

  private static func report(
    _ entries: [Entry], _ access: EconomyDocument.Access, isLive: Bool, json: Bool
  ) {
    guard json else {
      var lines: [String] = []
      for entry in entries {
        lines.append(entry.name)
        let ownAdmin = entry.admin == entry.name
        lines.append("  admin   \(ownAdmin ? "itself, by handover alone" : entry.admin)")
        lines.append("  held by \(entry.holders.isEmpty ? "nobody" : entry.holders[0].words)")
        for holder in entry.holders.dropFirst() { lines.append("          \(holder.words)") }
        let may = entry.operations
        lines.append("  may     \(may.first ?? "nothing that is built yet")")
        for operation in may.dropFirst() { lines.append("          \(operation)") }
      }
      if !isLive {
        for body in access.bodies {
          lines.append("\(body.id): \(body.members.joined(separator: ", "))")
        }
      }
      return Terminal.print(lines.joined(separator: "\n"))
    }
    Terminal.object { writer in
      writer.name("roles")
      writer.beginArray()
      for entry in entries { write(entry, &writer) }
      writer.endArray()
    }
  }

  private static func write(_ entry: Entry, _ writer: inout JSONWriter) {
    writer.beginObject()
    writer.name("role")
    writer.string(entry.name)
    writer.name("admin")
    writer.string(entry.admin)
    writer.name("holders")
    writer.beginArray()
    for holder in entry.holders {
      writer.beginObject()
      writer.name("name")
      if let name = holder.name { writer.string(name) } else { writer.null() }
      writer.name("address")
      if let address = holder.address { writer.string(address.checksummed) } else { writer.null() }
      writer.name("until")
      if let until = holder.until { writer.string(until) } else { writer.null() }
      writer.endObject()
    }
    writer.endArray()
    writer.name("may")
    writer.beginArray()
    for operation in entry.operations { writer.string(operation) }
    writer.endArray()
    writer.endObject()
  }
}
