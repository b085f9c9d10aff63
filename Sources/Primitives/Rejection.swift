/// Why an operation was refused: a module, its numbered code, and up to three words for ERC-6093
/// arguments. Text is made at the rim from the module's declaration.
public struct Rejection: Error, Hashable, Sendable, BitwiseCopyable {
  /// The module's number in `Registry`; 0 is the kernel.
  public let module: UInt8
  /// The code within the module, in the order in which its guards run.
  public let code: UInt8
  /// Which call of a batch was refused, counted from 1; 0 where there is no batch.
  public let place: UInt16
  public let first: Word
  public let second: Word
  public let third: Word

  public init(
    module: UInt8, code: UInt8, place: UInt16 = 0, _ first: Word = .zero, _ second: Word = .zero,
    _ third: Word = .zero
  ) {
    self.module = module
    self.code = code
    self.place = place
    self.first = first
    self.second = second
    self.third = third
  }

  public static func == (left: Rejection, right: Rejection) -> Bool {
    left.module == right.module && left.code == right.code && left.place == right.place
      && left.first == right.first && left.second == right.second && left.third == right.third
  }

  /// The same rejection, met in a batch's call.
  /// - Parameter place: the call's place, counted from 0.
  public func within(place: Int) -> Rejection {
    Rejection(
      module: module, code: code, place: UInt16(clamping: place + 1), first, second, third)
  }
}
