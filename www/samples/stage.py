"""The photo studio: meshes, surfaces, light and camera for Blender's path tracer.

In: shapes as float arrays [rows, columns, 3] or polylines [points, 3], in decimetres, z upward.
Out: objects in the open Blender scene, and its rendering as float32 [height, width, 3] sRGB.
What is sold is modelled in the modules beside this one; `render.py` says how to run them.
"""

import os
import tempfile
from pathlib import Path

import bpy
import numpy as np
from PIL import Image

LIGHTS = Path(bpy.utils.system_resource("DATAFILES")) / "studiolights/world"


def clear():
    """Starts an empty scene."""
    bpy.ops.wm.read_factory_settings(use_empty=True)


def spline(knots, values, at):
    """Cubic Hermite interpolation with finite-difference tangents; `values` [knots, ...]."""
    knots, values, at = np.asarray(knots, float), np.asarray(values, float), np.asarray(at, float)
    slopes = np.gradient(values, knots, axis=0)
    i = np.clip(np.searchsorted(knots, at, side="right") - 1, 0, len(knots) - 2)
    step = knots[i + 1] - knots[i]
    t = (at - knots[i]) / step
    if values.ndim > 1:
        t, step = t[..., None], step[..., None]
    return (
        values[i] * (1 + 2 * t) * (1 - t) ** 2
        + slopes[i] * step * t * (1 - t) ** 2
        + values[i + 1] * t**2 * (3 - 2 * t)
        + slopes[i + 1] * step * t**2 * (t - 1)
    )


def smoothstep(low, high, x):
    t = np.clip((x - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)


def superellipse(angle, a, b, power):
    """Points [..., 2] on |x/a|^power + |y/b|^power = 1."""
    c, s = np.cos(angle), np.sin(angle)
    r = (np.abs(c) ** power + np.abs(s) ** power) ** (-1 / power)
    return np.stack([a * r * c, b * r * s], -1)


def add(mesh, name, surface, smooth=True):
    mesh.materials.append(surface)
    mesh.polygons.foreach_set("use_smooth", [smooth] * len(mesh.polygons))
    made = bpy.data.objects.new(name, mesh)
    bpy.context.collection.objects.link(made)
    return made


def sheet(points, surface, closed=True, caps=False, paint=None, thickness=0.0):
    """A smooth skin over a grid of points; `closed` joins each row's ends, `paint` is [.., 3]."""
    rows, columns = points.shape[:2]
    index = np.arange(rows * columns).reshape(rows, columns)
    wrapped = np.concatenate([index, index[:, :1]], 1) if closed else index
    corners = [wrapped[:-1, :-1], wrapped[:-1, 1:], wrapped[1:, 1:], wrapped[1:, :-1]]
    faces = np.stack(corners, -1).reshape(-1, 4).tolist()
    if caps:
        faces += [index[0, ::-1].tolist(), index[-1].tolist()]
    mesh = bpy.data.meshes.new("sheet")
    mesh.from_pydata(points.reshape(-1, 3).tolist(), [], faces)
    if paint is not None:
        rgba = np.concatenate([paint, np.ones((rows, columns, 1))], -1)
        layer = mesh.attributes.new("paint", "FLOAT_COLOR", "POINT")
        layer.data.foreach_set("color", rgba.astype("f4").ravel())
    made = add(mesh, "sheet", surface)
    if thickness:
        solid = made.modifiers.new("solid", "SOLIDIFY")
        solid.thickness, solid.offset = thickness, 0
        bevel = made.modifiers.new("bevel", "BEVEL")
        bevel.width, bevel.segments = thickness * 0.4, 3
    return made


def tube(lines, radius, surface, closed=False):
    """Round tubes along polylines, each [points, 3]."""
    curve = bpy.data.curves.new("tube", "CURVE")
    curve.dimensions, curve.bevel_depth, curve.bevel_resolution = "3D", radius, 6
    curve.use_fill_caps = True
    for line in lines:
        path = curve.splines.new("POLY")
        path.points.add(len(line) - 1)
        path.points.foreach_set("co", np.insert(line, 3, 1, axis=1).astype("f4").ravel())
        path.use_cyclic_u, path.use_smooth = closed, True
    curve.materials.append(surface)
    made = bpy.data.objects.new("tube", curve)
    bpy.context.collection.objects.link(made)
    return made


def box(size, at, surface, round_by=0.02, turn=(0, 0, 0)):
    """A box of `size` about `at` whose edges are rounded by `round_by`."""
    bpy.ops.mesh.primitive_cube_add(size=1, location=at, rotation=turn)
    made = bpy.context.object
    made.scale = size
    bpy.ops.object.transform_apply(location=False, rotation=False, scale=True)
    bevel = made.modifiers.new("bevel", "BEVEL")
    bevel.width, bevel.segments = round_by, 6
    made.data.materials.append(surface)
    made.data.polygons.foreach_set("use_smooth", [True] * len(made.data.polygons))
    return made


def lathe(profile, surface, at=(0, 0, 0), turn=(0, 0, 0), sides=96):
    """Turns a profile [points, 2] of radius and height about its axis."""
    profile = np.asarray(profile, float)
    angle = np.linspace(0, 2 * np.pi, sides, endpoint=False)
    radius, height = profile[:, :1], profile[:, 1:]
    ring = [radius * np.cos(angle), radius * np.sin(angle), height + 0 * angle]
    made = sheet(np.stack(ring, -1), surface, caps=True)
    made.location, made.rotation_euler = at, turn
    return made


def node(tree, kind, settings=(), **inputs):
    """A shader node; an input is a number, a tuple, or another node's output socket."""
    made = tree.nodes.new("ShaderNode" + kind)
    for key, value in dict(settings).items():
        setattr(made, key, value)
    for key, value in inputs.items():
        socket = made.inputs[key.replace("_", " ")]
        if isinstance(value, bpy.types.NodeSocket):
            tree.links.new(value, socket)
        else:
            socket.default_value = (*value, 1) if socket.type == "RGBA" else value
    return made


def place(tree, scale):
    """The object's own coordinates, scaled per axis."""
    spot = node(tree, "TexCoord").outputs["Object"]
    return node(tree, "Mapping", Vector=spot, Scale=scale).outputs["Vector"]


def ramp(tree, value, stops):
    """Colours along `value`: stops of (position, (r, g, b))."""
    made = node(tree, "ValToRGB", Fac=value)
    elements = made.color_ramp.elements
    for i, (position, colour) in enumerate(stops):
        stop = elements[i] if i < 2 else elements.new(1)
        stop.position, stop.color = position, (*colour, 1)
    return made.outputs["Color"]


def noise(tree, scale, detail=6, roughness=0.6, stretch=(1, 1, 1)):
    """Fractal noise in about [0, 1]."""
    vector = place(tree, stretch)
    made = node(tree, "TexNoise", Vector=vector, Scale=scale, Detail=detail, Roughness=roughness)
    return made.outputs["Fac"]


def weave(tree, scale):
    """Threads over and under: height in [0, 1]."""
    lines = [
        node(tree, "TexWave", {"bands_direction": way}, Vector=place(tree, (1, 1, 1)), Scale=scale)
        for way in ("X", "Y", "Z")
    ]
    first = node(tree, "Math", {"operation": "MULTIPLY"})
    tree.links.new(lines[0].outputs["Fac"], first.inputs[0])
    tree.links.new(lines[2].outputs["Fac"], first.inputs[1])
    second = node(tree, "Math", {"operation": "MAXIMUM"})
    tree.links.new(first.outputs[0], second.inputs[0])
    tree.links.new(lines[1].outputs["Fac"], second.inputs[1])
    return second.outputs[0]


def pebble(tree, scale):
    """The grain of leather and felt: dents between fine ridges, height in about [0, 1]."""
    made = node(
        tree, "TexVoronoi", {"feature": "SMOOTH_F1"}, Vector=place(tree, (1, 1, 1)), Scale=scale
    )
    return made.outputs["Distance"]


def bricks(tree, size, gap, tints, stretch=(1, 1, 1), turn=(0, 0, 0)):
    """Rows of bricks or planks: the colour and the share of the gap."""
    spot = node(tree, "TexCoord").outputs["Object"]
    turned = node(tree, "Mapping", Vector=spot, Rotation=turn, Scale=stretch)
    made = node(
        tree,
        "TexBrick",
        Vector=turned.outputs["Vector"],
        Color1=tints[0],
        Color2=tints[1],
        Mortar=tints[2],
        Scale=1.0,
        Mortar_Size=gap,
        Mortar_Smooth=0.15,
        Brick_Width=size[0],
        Row_Height=size[1],
    )
    return made.outputs["Color"], made.outputs["Fac"]


def mix(tree, share, first, second, blend="MIX"):
    """Blends two colours."""
    made = tree.nodes.new("ShaderNodeMix")
    made.data_type, made.blend_type = "RGBA", blend
    for i, value in ((0, share), (6, first), (7, second)):
        if isinstance(value, bpy.types.NodeSocket):
            tree.links.new(value, made.inputs[i])
        else:
            made.inputs[i].default_value = (*value, 1) if i else value
    return made.outputs[2]


def surface(colour, roughness=0.5, height=None, bump=0.3, depth=0.01, **principled):
    """A material; `colour`, `roughness` and `height` may be functions of its node tree."""
    made = bpy.data.materials.new("surface")
    made.use_nodes = True
    tree = made.node_tree
    shader = tree.nodes["Principled BSDF"]
    values = {"Base Color": colour, "Roughness": roughness}
    values |= {key.replace("_", " "): value for key, value in principled.items()}
    for key, value in values.items():
        value = value(tree) if callable(value) else value
        socket = shader.inputs[key]
        if isinstance(value, bpy.types.NodeSocket):
            tree.links.new(value, socket)
        else:
            socket.default_value = (*value, 1) if socket.type == "RGBA" else value
    if height:
        bumped = node(tree, "Bump", Height=height(tree), Strength=bump, Distance=depth)
        tree.links.new(bumped.outputs["Normal"], shader.inputs["Normal"])
    return made


def painted(tree):
    """The colour that `sheet` was given as `paint`."""
    return node(tree, "Attribute", {"attribute_name": "paint"}).outputs["Color"]


def lamp(at, target, size, power, colour=(1, 1, 1)):
    """A square area light of `size` that looks at `target`."""
    light = bpy.data.lights.new("lamp", "AREA")
    light.size, light.energy, light.color = size, power, colour
    aim(bpy.data.objects.new("lamp", light), at, target)


def sky(name, strength, turn=0.0):
    """Light from all around: one of the CC0 skies that come with Blender."""
    world = bpy.data.worlds.new("sky")
    bpy.context.scene.world = world
    world.use_nodes = True
    tree = world.node_tree
    spot = node(tree, "TexCoord").outputs["Generated"]
    turned = node(tree, "Mapping", Vector=spot, Rotation=(0, 0, turn)).outputs["Vector"]
    picture = node(tree, "TexEnvironment", Vector=turned)
    picture.image = bpy.data.images.load(str(LIGHTS / f"{name}.exr"))
    back = tree.nodes["Background"]
    tree.links.new(picture.outputs["Color"], back.inputs["Color"])
    back.inputs["Strength"].default_value = strength


def aim(thing, at, target):
    bpy.context.collection.objects.link(thing)
    thing.location = at
    toward = np.subtract(target, at)
    yaw = np.arctan2(toward[1], toward[0]) - np.pi / 2
    pitch = np.arctan2(toward[2], np.hypot(toward[0], toward[1])) + np.pi / 2
    thing.rotation_euler = (pitch, 0, yaw)


def camera(at, target, lens_mm, blur, focus=None):
    """Looks from `at` to `target`, sharp at `focus`; `blur` is the lens opening in decimetres."""
    eye = bpy.data.cameras.new("camera")
    eye.lens = lens_mm
    eye.dof.use_dof = True
    eye.dof.focus_distance = float(np.linalg.norm(np.subtract(focus or target, at)))
    eye.dof.aperture_fstop = lens_mm * 0.001 / blur
    made = bpy.data.objects.new("camera", eye)
    aim(made, at, target)
    bpy.context.scene.camera = made


def photograph(width, height, samples, exposure, seed=7):
    """Path-traces the scene with `samples` rays a pixel, denoised: float32 [h, w, 3] in [0, 1]."""
    scene = bpy.context.scene
    scene.render.engine = "CYCLES"
    scene.render.resolution_x, scene.render.resolution_y = width, height
    scene.cycles.device = "CPU"
    scene.cycles.samples, scene.cycles.seed = samples, seed
    scene.cycles.use_denoising, scene.cycles.denoiser = True, "OPENIMAGEDENOISE"
    scene.cycles.use_adaptive_sampling = True
    scene.cycles.max_bounces = 5
    scene.cycles.adaptive_threshold = 0.03
    scene.view_settings.view_transform = "Khronos PBR Neutral"
    scene.view_settings.exposure = exposure
    scene.render.image_settings.color_depth = "16"
    with tempfile.TemporaryDirectory() as folder:
        scene.render.filepath = os.path.join(folder, "out.png")
        scene.render.image_settings.file_format = "PNG"
        bpy.ops.render.render(write_still=True)
        with Image.open(scene.render.filepath) as picture:
            return np.asarray(picture.convert("RGB"), "f4") / 255
