/// A list as a person or a spreadsheet reads it: rows of texts under the names of columns.
public struct Listing: Sendable {
  /// One word each; the names in JSON and in the header lines.
  public let columns: [String]
  /// As many texts in each as there are columns.
  public private(set) var rows: [[String]] = []

  public init(_ columns: [String]) { self.columns = columns }

  /// Adds a row; missing texts are empty, surplus ones are left out.
  public mutating func append(_ texts: [String]) {
    rows.append(columns.indices.map { $0 < texts.count ? texts[$0] : "" })
  }

  /// Columns of equal width under their names, without blanks at the ends of lines; control
  /// characters are shown as question marks. Ends with a line break.
  public var table: String {
    let all = [columns] + rows.map { $0.map(Self.line) }
    let widths = columns.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
    return all.map { row in
      var line = ""
      for (text, width) in zip(row, widths) {
        line += text + String(repeating: " ", count: width - text.count + 2)
      }
      while line.last == " " { line.removeLast() }
      return line + "\n"
    }.joined()
  }

  /// RFC 4180 with a header line, UTF-8, lines ended by a line feed alone as everywhere here.
  public var csv: String {
    ([columns] + rows).map { row in row.map(Self.field).joined(separator: ",") + "\n" }.joined()
  }

  private static func field(_ text: String) -> String {
    let needsQuotes = text.unicodeScalars.contains { ["\"", ",", "\n", "\r"].contains($0) }
    return needsQuotes ? "\"\(text.replacing("\"", with: "\"\""))\"" : text
  }

  private static func line(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      let isControl = scalar.value < 0x20 || (0x7f...0x9f).contains(scalar.value)
      result.unicodeScalars.append(isControl ? "?" : scalar)
    }
    return result
  }
}
