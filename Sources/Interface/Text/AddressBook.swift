internal import Cryptography
public import Primitives

/// Names that a person gives to addresses, as a JSON object `{"name":"0x…"}`.
public struct AddressBook: Sendable, Equatable {
  /// The most names that a book holds.
  public static let maximumNames = 10_000

  /// In the order of their making; each name once.
  public private(set) var names: [Vocabulary.Name] = []

  public init() {}

  /// Reads a file's contents; throws what is wrong with it.
  public init(json bytes: [UInt8]) throws(TextFailure) {
    let document: JSONValue
    do throws(JSONFailure) {
      document = try JSONParser.parse(bytes)
    } catch {
      throw Self.failure("names", "no JSON: \(error)")
    }
    guard let members = document.members else {
      throw Self.failure("names", "\(document.kind) stands there")
    }
    guard members.count <= Self.maximumNames else {
      throw Self.failure("names", "more than \(Self.maximumNames) names")
    }
    for member in members {
      guard let address = member.value.string.flatMap({ Address(text: $0) }) else {
        throw Self.failure(member.name, "its value is no address with a right checksum")
      }
      try set(member.name, address)
    }
  }

  /// The file's contents, a name a line.
  public var json: [UInt8] {
    let lines = names.map { "  \(JSONValue.string($0.name).text): \"\($0.address.checksummed)\"" }
    return Array((lines.isEmpty ? "{}\n" : "{\n\(lines.joined(separator: ",\n"))\n}\n").utf8)
  }

  /// Gives a name; it must be free and of the right form.
  public mutating func set(_ name: String, _ address: Address) throws(TextFailure) {
    guard Self.isName(name) else {
      throw Self.failure("name", "\(TextFailure.quoted(name)) cannot be a name")
    }
    guard self.address(name) == nil else {
      throw Self.failure("name", "\(TextFailure.quoted(name)) is taken: remove it first")
    }
    guard names.count < Self.maximumNames else { throw Self.failure("name", "the book is full") }
    names.append(Vocabulary.Name(name, address))
  }

  /// Takes a name away; false where nobody has it.
  public mutating func remove(_ name: String) -> Bool {
    guard let place = names.firstIndex(where: { $0.name == name }) else { return false }
    names.remove(at: place)
    return true
  }

  /// The address with that name.
  public func address(_ name: String) -> Address? { names.first { $0.name == name }?.address }

  /// The first name of an address.
  public func name(_ address: Address) -> String? {
    names.first { $0.address == address }?.name
  }

  /// A letter, then letters, digits, `-`, `_` and `.`, 64 at most; never what could be meant as an
  /// address or as a development account.
  public static func isName(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    let isLetter = { (byte: UInt8) in (0x41...0x5a) ~= byte || (0x61...0x7a) ~= byte }
    guard let first = bytes.first, isLetter(first), bytes.count <= 64,
      !text.lowercased().hasPrefix("dev.")
    else { return false }
    return bytes.allSatisfy {
      isLetter($0) || (0x30...0x39) ~= $0 || [0x2d, 0x2e, 0x5f].contains($0)
    }
  }

  private static func failure(_ parameter: String, _ problem: String) -> TextFailure {
    TextFailure(
      parameter: parameter, problem: problem,
      expected: "a letter, then letters, digits, '-', '_' or '.', 64 at most", example: "alice")
  }
}
