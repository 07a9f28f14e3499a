// oracle: trees, proofs and signed notes by Go's own implementation, against thidua's.
//
// Both sides write and read the same lines. The leaves of every tree are "leaf 0", "leaf 1", ...
//
//	root SIZE HASH
//	inclusion INDEX SIZE HASH,...
//	consistency FROM TO HASH,...
//	key PRIVATE PUBLIC       both texts of one key
//	note PRIVATE TEXT NOTE   the note that the key makes of the text; both in base64
//	cosignature PUBLIC NOTE  a note with one timestamped cosignature
//
// `oracle check` reads lines and ends with 1 at the first that is wrong; `oracle make` writes some.
package main

import (
	"bufio"
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const leaves = 1000

// Stored hashes of the whole tree, as tlog lays them out.
type store []tlog.Hash

func (s store) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	found := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		found[i] = s[index]
	}
	return found, nil
}

func leaf(index int64) []byte { return []byte(fmt.Sprintf("leaf %d", index)) }

func grow() store {
	var s store
	for i := int64(0); i < leaves; i++ {
		more, err := tlog.StoredHashes(i, leaf(i), s)
		must(err)
		s = append(s, more...)
	}
	return s
}

func must(err error) {
	if err != nil {
		fail("%v", err)
	}
}

func fail(format string, args ...interface{}) {
	fmt.Fprintf(os.Stderr, "oracle: "+format+"\n", args...)
	os.Exit(1)
}

func number(text string) int64 {
	n, err := strconv.ParseInt(text, 10, 64)
	must(err)
	return n
}

func decode(text string) []byte {
	data, err := base64.StdEncoding.DecodeString(text)
	must(err)
	return data
}

func hashes(text string) []tlog.Hash {
	var list []tlog.Hash
	for _, part := range strings.Split(text, ",") {
		if part != "-" {
			hash, err := tlog.ParseHash(part)
			must(err)
			list = append(list, hash)
		}
	}
	return list
}

func list(hashes []tlog.Hash) string {
	var parts []string
	for _, hash := range hashes {
		parts = append(parts, hash.String())
	}
	if len(parts) == 0 {
		return "-"
	}
	return strings.Join(parts, ",")
}

func (s store) root(size int64) tlog.Hash {
	hash, err := tlog.TreeHash(size, s)
	must(err)
	return hash
}

// A verifier of cosignatures, which x/mod does not know.
type cosigner struct {
	name string
	id   uint32
	key  ed25519.PublicKey
}

func (c cosigner) Name() string    { return c.name }
func (c cosigner) KeyHash() uint32 { return c.id }
func (c cosigner) Verify(text, signature []byte) bool {
	if len(signature) != 8+ed25519.SignatureSize {
		return false
	}
	time := binary.BigEndian.Uint64(signature)
	message := fmt.Sprintf("cosignature/v1\ntime %d\n%s", time, text)
	return ed25519.Verify(c.key, []byte(message), signature[8:])
}

func readCosigner(vkey string) cosigner {
	parts := strings.SplitN(vkey, "+", 3)
	id, err := strconv.ParseUint(parts[1], 16, 32)
	must(err)
	key := decode(parts[2])
	if key[0] != 4 {
		fail("%s is no cosigner", vkey)
	}
	return cosigner{parts[0], uint32(id), ed25519.PublicKey(key[1:])}
}

func open(signed []byte, verifier note.Verifier) {
	opened, err := note.Open(signed, note.VerifierList(verifier))
	must(err)
	if len(opened.Sigs) != 1 {
		fail("%d signatures of %s are valid, not 1", len(opened.Sigs), verifier.Name())
	}
}

// The note that `skey` makes of `text`: Ed25519 has one signature for each.
func sign(skey string, text []byte) []byte {
	signer, err := note.NewSigner(skey)
	must(err)
	signed, err := note.Sign(&note.Note{Text: string(text)}, signer)
	must(err)
	return signed
}

func publicOf(skey string) string {
	signer, err := note.NewSigner(skey)
	must(err)
	parts := strings.SplitN(skey, "+", 5)
	private := ed25519.NewKeyFromSeed(decode(parts[4])[1:])
	vkey, err := note.NewEd25519VerifierKey(signer.Name(), private.Public().(ed25519.PublicKey))
	must(err)
	return vkey
}

func (s store) check(words []string) {
	switch words[0] {
	case "root":
		if got := s.root(number(words[1])); got.String() != words[2] {
			fail("root of %s leaves: %s, not %s", words[1], words[2], got)
		}
	case "inclusion":
		index, size := number(words[1]), number(words[2])
		must(tlog.CheckRecord(hashes(words[3]), size, s.root(size), index,
			tlog.RecordHash(leaf(index))))
	case "consistency":
		from, to := number(words[1]), number(words[2])
		must(tlog.CheckTree(hashes(words[3]), to, s.root(to), from, s.root(from)))
	case "key":
		if got := publicOf(words[1]); got != words[2] {
			fail("public key %s, not %s", words[2], got)
		}
	case "note":
		signed := decode(words[3])
		verifier, err := note.NewVerifier(publicOf(words[1]))
		must(err)
		open(signed, verifier)
		if !bytes.Equal(sign(words[1], decode(words[2])), signed) {
			fail("the notes of %s differ", verifier.Name())
		}
	case "cosignature":
		open(decode(words[2]), readCosigner(words[1]))
	default:
		fail("what is %q?", words[0])
	}
}

func (s store) checkAll() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<20)
	count := 0
	for ; lines.Scan(); count++ {
		s.check(strings.Fields(lines.Text()))
	}
	must(lines.Err())
	if count == 0 {
		fail("nothing to check")
	}
	fmt.Printf("%d lines are right\n", count)
}

func (s store) makeAll() {
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	for size := int64(1); size <= leaves; size += 1 + size/9 {
		fmt.Fprintln(out, "root", size, s.root(size))
		for other := int64(1); other <= size; other += 1 + other/5 {
			record, err := tlog.ProveRecord(size, other-1, s)
			must(err)
			fmt.Fprintln(out, "inclusion", other-1, size, list(record))
			tree, err := tlog.ProveTree(size, other, s)
			must(err)
			fmt.Fprintln(out, "consistency", other, size, list(tree))
		}
	}
	for i := 0; i < 20; i++ {
		skey, vkey, err := note.GenerateKey(nil, fmt.Sprintf("go%d.example/seals", i))
		must(err)
		text := []byte(strings.Repeat(fmt.Sprintf("line %d of Hòa Bình\n", i), i+1))
		fmt.Fprintln(out, "key", skey, vkey)
		fmt.Fprintln(out, "note", skey, base64.StdEncoding.EncodeToString(text),
			base64.StdEncoding.EncodeToString(sign(skey, text)))
	}
}

func main() {
	switch s := grow(); {
	case len(os.Args) == 2 && os.Args[1] == "check":
		s.checkAll()
	case len(os.Args) == 2 && os.Args[1] == "make":
		s.makeAll()
	default:
		fail("usage: oracle check|make")
	}
}
