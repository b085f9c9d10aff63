internal import Primitives

/// The arguments of a request in Etherscan's forms.
struct EtherscanQuery {
  private let value: (String) -> String?

  /// - Parameter value: the decoded value of a name.
  init(_ value: @escaping (String) -> String?) { self.value = value }

  /// The value, or nothing.
  subscript(_ name: String) -> String { value(name) ?? "" }

  func has(_ name: String) -> Bool { !self[name].isEmpty }

  func address(_ name: String) throws(EtherscanAPI.Refusal) -> Address {
    guard let address = Hex.bytes(self[name]).flatMap({ Address($0) }) else {
      throw EtherscanAPI.Refusal("Invalid address format")
    }
    return address
  }

  private func number(
    _ name: String, _ bounds: ClosedRange<UInt64>, _ otherwise: UInt64
  ) throws(EtherscanAPI.Refusal) -> UInt64 {
    guard has(name), self[name] != "latest" else { return otherwise }
    guard let number = UInt64(self[name]), bounds.contains(number) else {
      throw EtherscanAPI.Refusal(
        "Invalid \(name): a number from \(bounds.lowerBound) to \(bounds.upperBound)")
    }
    return number
  }

  /// Page, offset, sort and the range of blocks; without a page everything, up to the most.
  func page(
    most: Int = EtherscanAPI.most, from: String = "startblock", to: String = "endblock"
  ) throws(EtherscanAPI.Refusal) -> ArchivePage {
    let size = try number("offset", 1...UInt64(most), UInt64(min(most, 1_000)))
    let count = try number("page", 1...UInt64(EtherscanAPI.most), 1)
    guard count * size <= UInt64(EtherscanAPI.most) else {
      throw EtherscanAPI.Refusal(
        "Result window is too large, PageNo x Offset size must be less than or equal to "
          + "\(EtherscanAPI.most)")
    }
    var page = ArchivePage(
      limit: Int(size), newestFirst: self["sort"].lowercased() == "desc")
    page.skip = Int((count - 1) * size)
    let first = try number(from, 0 ... .max, 0)
    let last = try number(to, 0 ... .max, .max)
    guard first <= last else {
      throw EtherscanAPI.Refusal("Invalid \(from): it is after \(to)")
    }
    page.heights = first...last
    return page
  }

  /// Address and topics, all of which must fit.
  func logFilter() throws(EtherscanAPI.Refusal) -> LogFilter {
    for name in ["0_1", "0_2", "0_3", "1_2", "1_3", "2_3"].map({ "topic\($0)_opr" })
    where has(name) && self[name] != "and" {
      throw EtherscanAPI.Refusal("Invalid \(name): only 'and' is answered, ask twice for 'or'")
    }
    var topics = (0..<4).map { place in
      has("topic\(place)") ? JSONValue.string(self["topic\(place)"]) : .null
    }
    while let last = topics.last, last.isNull { topics.removeLast() }
    var members = [JSONMember("topics", .array(topics))]
    if has("address") { members.append(JSONMember("address", .string(self["address"]))) }
    do throws(ShapeFailure) {
      return try LogFilter(.object(members))
    } catch {
      throw EtherscanAPI.Refusal("Invalid filter: \(error.text)")
    }
  }
}
