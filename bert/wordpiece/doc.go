// Package wordpiece cuts texts into the word pieces that BERT reads, exactly as
// Hugging Face's BertTokenizer does, and learns vocabularies of such pieces. It
// imports no graph.
//
//	text → clean → characters of Chinese spaced → accents and case → words and punctuation → pieces → ids
//
// # Basic tokens
//
// Control characters, U+0000 and U+FFFD are dropped, every blank of Unicode
// becomes a space, and a Chinese character stands alone. With [Config].Lower the
// text is decomposed (NFD), its marks (category Mn) are dropped, and it is
// lower-cased, a character at a time. Every punctuation mark is a token of its
// own: ASCII's, and category P.
//
// # Pieces
//
// A word is cut from the left into the longest pieces of the vocabulary, those
// inside a word spelled with "##": "unaffable" is "una", "##ffa", "##ble". Where
// no cut exists, or a word has over 100 characters, the whole word is one [UNK].
// Cost: time in the length of the text, and for a word in its length times that of
// the longest piece. Text is read no further than a limit on pieces wants it, and
// in stretches of 4 kB where it has blanks.
//
// Special tokens written in a text ("[MASK]") are found before all else and are
// never cut. A text "[CLS]" typed by a user is thus the special token, as there.
//
// # Encodings
//
//	[CLS] a [SEP]                  types 0
//	[CLS] a [SEP] b [SEP]          types 0 up to the first [SEP], then 1
//
// Each token carries the bytes of the text that it came from. An encoding that is
// too long loses tokens at the end of the longer text first, one by one, of the
// second where both are equal ("longest_first").
//
// # Differences
//
// Hugging Face has two programs that disagree in corners. Lower case is that of
// the fast one: each character by itself, so that a final Σ becomes σ, not ς.
// Truncation and the range of Chinese characters are those of the slow one. That
// one composes characters (NFC) where accents count since 2023; the fast one does
// not, and neither is it done here. A vocabulary with one token twice is an error.
//
// # Sources
//
//   - Wu et al. 2016, Google's neural machine translation system, section 4.1.
//   - Devlin, Chang, Lee & Toutanova 2019, BERT, and its program.
//   - Sennrich, Haddow & Birch 2016, Neural machine translation of rare words
//     with subword units: the learner of [Train].
package wordpiece
