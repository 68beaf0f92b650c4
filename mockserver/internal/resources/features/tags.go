package features

import (
	"slices"

	"github.com/unleash-mock/unleash-mock/internal/nodejs/v8json"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/apierror"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/engine"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/resources/names"
)

// tagTypes are the tag types of a new instance, and white is their color (O).
var tagTypes = []string{"simple"}

const white = "#FFFFFF"

// checkTypes refuses tags whose type is not a valid name, or does not exist.
func checkTypes(tags ...Tag) error {
	for _, tag := range tags {
		if err := names.Check("type", tag.Type); err != nil {
			return err
		}
		if !slices.Contains(tagTypes, tag.Type) {
			return apierror.BadData("Tag type '" + tag.Type + "' does not exist")
		}
	}
	return nil
}

// coloredTag is a tag as lists show it.
type coloredTag struct {
	*Tag
	Color string `json:"color"`
}

type tagList struct {
	Version int64        `json:"version"`
	Tags    []coloredTag `json:"tags"`
}

func tagsShown(r engine.Reader, flag string) tagList {
	out := tagList{Version: 1, Tags: []coloredTag{}}
	for _, tag := range tagsOf(r, flag) {
		out.Tags = append(out.Tags, coloredTag{tag, white})
	}
	return out
}

func noTags(flag string) error { return apierror.Missing("Could not find feature with name %s", flag) }

func listTags(view *engine.View, in nameIn) (out engine.Answer[tagList], err error) {
	if Get(view, in.Name) == nil {
		return out, noTags(in.Name)
	}
	return engine.OK(tagsShown(view, in.Name))
}

type tagIn struct {
	nameIn
	Type  string      `json:"type"`
	Value string      `json:"value"`
	Sent  engine.JSON `body:""`
}

// tagFlag answers with the tag as it was sent, apart from its color (O).
func tagFlag(tx *engine.Tx, in tagIn) (out engine.Answer[engine.JSON], err error) {
	if Get(tx, in.Name) == nil {
		return out, noFlag()
	}
	tag := &Tag{Flag: in.Name, Type: in.Type, Value: in.Value}
	if err := checkTypes(*tag); err != nil {
		return out, err
	}
	if err := addTag(tx, tag); err != nil {
		return out, err
	}
	shown := v8json.NewObject()
	if body, is := in.Sent.Value().(*v8json.Object); is {
		shown = body
		shown.Delete("color")
	}
	shown.Set("type", in.Type)
	shown.Set("value", in.Value)
	return engine.Created(engine.JSON(v8json.Stringify(nil, shown)), in.Name+"/tags")
}

type tagsIn struct {
	nameIn
	Added   []Tag `json:"addedTags"`
	Removed []Tag `json:"removedTags"`
}

func updateTags(tx *engine.Tx, in tagsIn) (out engine.Answer[tagList], err error) {
	if Get(tx, in.Name) == nil {
		if len(in.Added)+len(in.Removed) == 0 { // this only lists them (O)
			return out, noTags(in.Name)
		}
		return out, noFlag()
	}
	if err := checkTypes(in.Added...); err != nil {
		return out, err
	}
	if err := addTags(tx, in.Name, in.Added); err != nil {
		return out, err
	}
	for _, tag := range in.Removed { // including those just added (O)
		if err := dropTag(tx, in.Name, tag.Type, tag.Value); err != nil {
			return out, err
		}
	}
	return engine.OK(tagsShown(tx, in.Name))
}

type oneTag struct {
	nameIn
	Type  string `path:"type"`
	Value string `path:"value"`
}

func untagFlag(tx *engine.Tx, in oneTag) (out engine.Answer[engine.None], err error) {
	if Get(tx, in.Name) == nil {
		return out, noFlag()
	}
	return out, dropTag(tx, in.Name, in.Type, in.Value)
}

// dropTag removes a tag from a flag. Removing one that the flag does not have causes an
// event as well (O).
func dropTag(tx *engine.Tx, flag, kind, value string) error {
	tag := tags.Get(tx, engine.Text(flag, kind, value))
	if tag == nil {
		row := Get(tx, flag)
		return flags.UpdateAs(tx, tags.Events.Deleted, row, row)
	}
	tags.Delete(tx, tag)
	return nil
}

func addTags(tx *engine.Tx, flag string, added []Tag) error {
	for _, tag := range added {
		tag.Flag = flag
		if err := addTag(tx, &tag); err != nil {
			return err
		}
	}
	return nil
}

// addTag adds a tag to a flag. Adding one that the flag already has causes an event as
// well (O).
func addTag(tx *engine.Tx, tag *Tag) error {
	if before := tags.Get(tx, engine.Text(tag.Flag, tag.Type, tag.Value)); before != nil {
		return tags.UpdateAs(tx, tags.Events.Created, before, before)
	}
	return tags.Insert(tx, tag)
}

// checkTags refuses tags that no flag has. A flag can only be created with tags that
// exist; with others, a real server answers with an error of its database (O).
func checkTags(r engine.Reader, wanted []Tag) error {
	if len(wanted) == 0 {
		return nil
	}
	known := map[Tag]bool{}
	for _, tag := range tags.All(r) {
		known[Tag{Type: tag.Type, Value: tag.Value}] = true
	}
	for _, tag := range wanted {
		if !known[Tag{Type: tag.Type, Value: tag.Value}] {
			return apierror.BadData("There is no tag " + tag.Type + ":" + tag.Value)
		}
	}
	return nil
}
