package features

import (
	"slices"

	"github.com/unleash-mock/unleash-mock/mockserver/internal/apierror"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/engine"
)

// addTag gives a flag a tag, unless it has it.
func addTag(tx *engine.Tx, tag *Tag) error {
	if tags.Get(tx, engine.Text(tag.Flag, tag.Type, tag.Value)) != nil {
		return nil
	}
	return tags.Insert(tx, tag)
}

// checkTags refuses tags that no flag has: a flag is made with tags that exist, or a real
// server answers with an error of its database (O).
func checkTags(r engine.Reader, wanted []Tag) error {
	for _, tag := range wanted {
		same := func(known *Tag) bool { return known.Type == tag.Type && known.Value == tag.Value }
		if !slices.ContainsFunc(tags.All(r), same) {
			return apierror.BadData("There is no tag " + tag.Type + ":" + tag.Value)
		}
	}
	return nil
}
