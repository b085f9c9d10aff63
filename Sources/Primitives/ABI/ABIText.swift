/// Solidity's `string`; what is not UTF-8 is refused.
extension String: ABIValue {
  public static var abiType: ABIType { .string }
  public static var meaning: Meaning { .text }
  public static var isDynamic: Bool { true }
  public static var headWords: Int { 1 }

  public static func decode(_ reader: inout ABIReader) throws(ABIFailure) -> String {
    let range = try reader.bytes()
    guard let text = String(validating: reader.source[range], as: UTF8.self) else {
      throw ABIFailure(.text, at: range.lowerBound)
    }
    return text
  }

  public func encode(into writer: inout ABIWriter) {
    writer.append(bytes: utf8)
  }
}
