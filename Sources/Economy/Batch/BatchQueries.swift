internal import Primitives

extension Batch {
  /// How many calls one batch carries at most.
  static var callLimit: UInt64 { UInt64(Limits.batchCalls) }

  /// How many bytes the results of one batch take at most together.
  static var answerLimit: UInt64 { UInt64(Limits.batchAnswerBytes) }
}
