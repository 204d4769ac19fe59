// Money is whole fen; text becomes fen without passing through a fraction.

/** "1,234.5" → 123450; null when the text is no amount. */
export function toFen(value) {
  const match = /^(-?)(\d{1,12})(?:\.(\d{1,2}))?$/.exec(value.replace(/[,，\s¥￥]/g, ""));
  if (!match) return null;
  const fen = Number(match[2]) * 100 + Number((match[3] || "").padEnd(2, "0"));
  return match[1] ? -fen : fen;
}

/** 123450 → "¥1,234.50". */
export function fromFen(fen) {
  const sign = fen < 0 ? "−" : "";
  const size = Math.abs(fen);
  const yuan = String(Math.trunc(size / 100)).replace(/\B(?=(\d{3})+$)/g, ",");
  return `${sign}¥${yuan}.${String(size % 100).padStart(2, "0")}`;
}
