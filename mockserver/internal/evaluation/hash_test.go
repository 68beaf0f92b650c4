package evaluation

import "testing"

// TestHashPlacesAsUnleashDoes compares hashes with those of a real server.
func TestHashPlacesAsUnleashDoes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		group, id                        string
		rollout, bucket, variant, weight uint32
	}{
		{"half", "1", 2062746016, 17, 1268920939, 940},
		{"名", "名前", 3432138693, 94, 3381489392, 393},
		{"g", "😀", 2868637875, 76, 2084327704, 705},
	} {
		t.Run(c.group, func(t *testing.T) {
			t.Parallel()
			sticky := stickiness{fields: []field{fieldNamed("userId")}}
			user := runOf(&Context{UserID: c.id})
			if hash, _ := sticky.hash(user, hashGroup(c.group), rolloutSeed); hash != c.rollout || hash%100+1 != c.bucket {
				t.Errorf("rollout: hash %d, bucket %d, want %d, %d", hash, hash%100+1, c.rollout, c.bucket)
			}
			if hash, _ := sticky.hash(user, hashGroup(c.group), variantSeed); hash != c.variant || hash%1000+1 != c.weight {
				t.Errorf("variant: hash %d, place %d, want %d, %d", hash, hash%1000+1, c.variant, c.weight)
			}
		})
	}
}

// TestMurmur3 uses the published test vectors of MurmurHash3_x86_32.
func TestMurmur3(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text       string
		seed, want uint32
	}{
		{"", 0, 0},
		{"", 1, 0x514e28b7},
		{"", 0xffffffff, 0x81f16f39},
		{"\x00\x00\x00\x00", 0, 0x2362f9de},
		{"!Ce\x87", 0, 0xf55b516b},
		{"!Ce", 0, 0x7e4a8634},
		{"!C", 0, 0xa0f7b07a},
		{"!", 0, 0x72661cf4},
		{"aaaa", 0x9747b28c, 0x5a97808a},
		{"The quick brown fox jumps over the lazy dog", 0x9747b28c, 0x2fa826cd},
	} {
		if got := murmur3([]byte(c.text), c.seed); got != c.want {
			t.Errorf("murmur3(%q, %#x) is %#x, want %#x", c.text, c.seed, got, c.want)
		}
	}
}
