internal import Primitives

/// A chart as inline SVG, drawn in whole numbers: the same figures give the same bytes everywhere.
struct ReportChart {
  private static let width = 720
  private static let height = 300
  private static let left = 64
  private static let right = 12
  private static let top = 12
  private static let bottom = 26
  /// Tenths of a pixel, so that curves are smooth.
  private static let scale = 10

  let figure: ReportFigure
  let samples: [ForecastSample]
  let text: FigureText

  private var lastDay: Int { max(1, samples.last?.day ?? 1) }

  /// The layers' running sums, or the lines as they are.
  private var curves: [[UInt128]] {
    guard figure.form == .layers else { return figure.series.map(\.values) }
    var sums = Array(repeating: UInt128(0), count: samples.count)
    return figure.series.map { series in
      for place in sums.indices { sums[place] += series.values[place] }
      return sums
    }
  }

  var svg: String {
    let curves = curves
    let most = curves.flatMap { $0 }.max() ?? 0
    let step = Self.step(for: most, figure.unit, decimals: text.decimals)
    let ceiling = max(step, (most + step - 1) / step * step)
    var svg =
      "<svg viewBox=\"0 0 \(Self.width) \(Self.height)\" role=\"img\" "
      + "aria-labelledby=\"\(figure.id)-title\">\n"
    svg += grid(step, ceiling)
    if figure.form == .layers {
      svg += layers(curves, ceiling)
    } else {
      for (place, curve) in curves.enumerated() { svg += line(curve, place, ceiling) }
    }
    return svg + tips() + "</svg>\n"
  }

  // Axes

  private func grid(_ step: UInt128, _ ceiling: UInt128) -> String {
    var svg = "<g class=\"grid\">\n"
    var value: UInt128 = 0
    while value <= ceiling {
      let y = Self.pixels(yTenths(value, ceiling))
      svg += "<line x1=\"\(Self.left)\" x2=\"\(Self.width - Self.right)\" y1=\"\(y)\" y2=\"\(y)\"/>"
      svg += "<text x=\"\(Self.left - 8)\" y=\"\(y)\" dy=\"4\" text-anchor=\"end\">"
      svg += "\(label(value))</text>\n"
      value += step
    }
    let years = lastDay / 365
    let isLong = years >= 2
    let stride = isLong ? 365 * max(1, (years + 11) / 12) : max(1, (lastDay + 179) / 180) * 30
    var day = 0
    while day <= lastDay {
      let x = Self.pixels(xTenths(day))
      let name = isLong ? "\(day / 365) y" : "day \(day)"
      let anchor = day == 0 ? "start" : day + stride > lastDay ? "end" : "middle"
      svg += "<line class=\"tick\" x1=\"\(x)\" x2=\"\(x)\" y1=\"\(Self.height - Self.bottom)\" "
      svg += "y2=\"\(Self.height - Self.bottom + 4)\"/>"
      svg += "<text x=\"\(x)\" y=\"\(Self.height - 6)\" text-anchor=\"\(anchor)\">\(name)</text>\n"
      day += stride
    }
    return svg + "</g>\n"
  }

  /// About five steps of 1, 2 or 5 times a power of ten.
  private static func step(
    for most: UInt128, _ unit: ReportFigure.Unit, decimals: Int
  ) -> UInt128 {
    if unit == .days { return most > 1_825 ? 730 : most > 730 ? 365 : 90 }
    let wanted = max(most / 5, unit == .points ? 10 : 1)
    var power: UInt128 = 1
    while power * 10 <= wanted { power *= 10 }
    for factor in [1, 2, 5, 10] as [UInt128] where power * factor >= wanted {
      return power * factor
    }
    return power * 10
  }

  private func label(_ value: UInt128) -> String {
    switch figure.unit {
    case .tokens: text.short(value)
    case .points:
      value % 100 == 0 ? "\(value / 100)%" : FigureText.percent(UInt64(truncatingIfNeeded: value))
    case .days: value % 365 == 0 ? "\(value / 365) y" : "\(value) d"
    }
  }

  // Curves

  private func layers(_ curves: [[UInt128]], _ ceiling: UInt128) -> String {
    var svg = ""
    for place in curves.indices {
      let upper = points(curves[place], ceiling)
      let base =
        place == 0 ? Array(repeating: UInt128(0), count: samples.count) : curves[place - 1]
      let lower = points(base, ceiling).reversed()
      svg += "<path class=\"layer c\(place)\" d=\"M" + upper.joined(separator: " L") + " L"
      svg += lower.joined(separator: " L") + " Z\"/>\n"
    }
    return svg
  }

  private func line(_ curve: [UInt128], _ place: Int, _ ceiling: UInt128) -> String {
    let kind = figure.series[place].isLimit ? "line limit" : "line"
    return "<path class=\"\(kind) \(figure.colour(place))\" d=\"M"
      + points(curve, ceiling).joined(separator: " L") + "\"/>\n"
  }

  private func points(_ curve: [UInt128], _ ceiling: UInt128) -> [String] {
    zip(samples, curve).map { sample, value in
      "\(Self.pixels(xTenths(sample.day))),\(Self.pixels(yTenths(value, ceiling)))"
    }
  }

  /// A strip for each sample that says its figures where a pointer rests.
  private func tips() -> String {
    var svg = "<g class=\"tips\">\n"
    for (place, sample) in samples.enumerated() {
      let x = xTenths(sample.day)
      let next = place + 1 < samples.count ? xTenths(samples[place + 1].day) : x + 40
      svg += "<rect x=\"\(Self.pixels(x))\" y=\"\(Self.top)\" "
      svg += "width=\"\(Self.pixels(max(10, next - x)))\" "
      svg += "height=\"\(Self.height - Self.top - Self.bottom)\"><title>"
      svg += "\(FigureText.date(sample.time)), day \(sample.day)"
      for series in figure.series {
        svg += "&#10;" + HTML.escape(series.name) + ": " + value(series.values[place])
      }
      svg += "</title></rect>\n"
    }
    return svg + "</g>\n"
  }

  /// A figure as the table and the tips write it.
  func value(_ value: UInt128) -> String {
    switch figure.unit {
    case .tokens: text.tokens(value)
    case .points: FigureText.exactPercent(UInt64(truncatingIfNeeded: value))
    case .days: "\(value) days"
    }
  }

  // Places

  private func xTenths(_ day: Int) -> Int {
    Self.scale * Self.left
      + Self.scale * (Self.width - Self.left - Self.right) * day / lastDay
  }

  private func yTenths(_ value: UInt128, _ ceiling: UInt128) -> Int {
    let span = Self.scale * (Self.height - Self.top - Self.bottom)
    let up = multiplyDivide(value, UInt128(span), by: max(1, ceiling), .down) ?? 0
    return Self.scale * (Self.height - Self.bottom) - Int(truncatingIfNeeded: up)
  }

  private static func pixels(_ tenths: Int) -> String {
    tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(tenths % 10)"
  }
}

/// Text inside markup.
enum HTML {
  static func escape(_ text: String) -> String {
    var escaped = ""
    for character in text {
      switch character {
      case "&": escaped += "&amp;"
      case "<": escaped += "&lt;"
      case ">": escaped += "&gt;"
      case "\"": escaped += "&quot;"
      default: escaped.append(character)
      }
    }
    return escaped
  }
}
