use super::*;

const PHOTO: (u32, u32) = (400, 300);
const NO_ROOM: Room = [0.0; 4];
const LIMIT_PX: u64 = 64_000_000;

fn subject(bounds: Rect, touches: Sides) -> Subject {
    Subject::new(Some(bounds), 0.3, 1.0, touches)
}

fn mug() -> Subject {
    subject(Rect { x: 100, y: 50, width: 80, height: 160 }, Sides::default())
}

fn placed(subject: &Subject, frame: &Frame) -> Placement {
    place(PHOTO, subject, frame, NO_ROOM, LIMIT_PX).unwrap()
}

fn cropped() -> Frame {
    Frame { crop: true, ..Frame::default() }
}

#[test]
fn without_a_wish_the_photo_keeps_its_frame() {
    let placement = placed(&mug(), &Frame::default());
    assert!(placement.is_whole(400, 300));
    let none = Subject { bounds: None, ..mug() };
    assert!(placed(&none, &cropped()).is_whole(400, 300), "no subject, nothing to crop to");
}

#[test]
fn a_crop_closes_around_the_box_and_margins_open_it() {
    let placement = placed(&mug(), &cropped());
    assert_eq!((placement.width, placement.height), (80, 160));
    assert_eq!(placement.source, Area { x: 100.0, y: 50.0, width: 80.0, height: 160.0 });

    let margin = [Length::Px(1.0), Length::Px(2.0), Length::Share(0.05), Length::Px(4.0)];
    let placement = placed(&mug(), &Frame { margin, ..Frame::default() });
    assert_eq!((placement.width, placement.height), (86, 169), "5 % of 160 below");
    assert_eq!(placement.source.x, 96.0);
    assert_eq!(placement.source.y, 49.0);
}

#[test]
fn a_margin_may_leave_the_photo() {
    let margin = [Length::Px(120.0); 4];
    let placement = placed(&mug(), &Frame { margin, ..Frame::default() });
    assert_eq!((placement.width, placement.height), (320, 400));
    assert_eq!(placement.source, Area { x: 0.0, y: 0.0, width: 300.0, height: 300.0 });
    assert_eq!(placement.target, Rect { x: 20, y: 70, width: 300, height: 300 });
}

#[test]
fn a_shape_adds_room_where_the_subject_is_not_aligned() {
    let mut frame = Frame { aspect: Some(1.0), ..Frame::default() };
    assert_eq!(placed(&mug(), &frame).source.x, 60.0, "centred");
    frame.align = [0.0, 1.0];
    assert_eq!(placed(&mug(), &frame).source.x, 100.0, "left");
    frame.align = [1.0, 1.0];
    assert_eq!(placed(&mug(), &frame).source.x, 20.0, "right");
}

#[test]
fn what_the_photo_cut_stays_flush() {
    let touches = Sides { bottom: true, left: true, ..Sides::default() };
    let leg = subject(Rect { x: 2, y: 150, width: 98, height: 149 }, touches);
    let frame = Frame { fill: Some(0.5), aspect: Some(1.0), ..Frame::default() };
    let placement = placed(&leg, &frame);
    assert_eq!((placement.width, placement.height), (300, 300), "twice the 150 px to the edge");
    assert_eq!(placement.target.x, 0);
    assert_eq!(placement.target.y + placement.target.height, 300);
    let free = placed(&leg, &Frame { snap: false, ..frame });
    assert_eq!(free.target.x, 98, "(298 - 98) / 2 - 2 px off the photo's edge");
}

#[test]
fn a_size_scales_the_frame_and_pads_the_rest() {
    let size = Some(Size { width: Some(320), height: Some(320) });
    let placement = placed(&mug(), &Frame { size, ..cropped() });
    assert_eq!((placement.width, placement.height), (320, 320));
    assert_eq!(placement.view, Area { x: 60.0, y: 50.0, width: 160.0, height: 160.0 });

    let size = Some(Size { width: None, height: Some(80) });
    let placement = placed(&mug(), &Frame { size, ..cropped() });
    assert_eq!((placement.width, placement.height), (40, 80));

    let size = Some(Size { width: Some(800), height: None });
    assert_eq!(placed(&mug(), &Frame { size, ..Frame::default() }).height, 600, "larger, too");
}

#[test]
fn a_shadow_gets_its_room_but_does_not_move_the_subject_if_it_need_not() {
    let room = [0.0, 0.05, 0.1, 0.05];
    let placement = place(PHOTO, &mug(), &cropped(), room, LIMIT_PX).unwrap();
    assert_eq!((placement.width, placement.height), (96, 176));
    let frame = Frame { fill: Some(0.5), ..cropped() };
    let placement = place(PHOTO, &mug(), &frame, room, LIMIT_PX).unwrap();
    assert_eq!(placement.view, Area { x: 60.0, y: -30.0, width: 160.0, height: 320.0 });
    let whole = place(PHOTO, &mug(), &Frame::default(), room, LIMIT_PX).unwrap();
    assert!(whole.is_whole(400, 300));
}

#[test]
fn a_canvas_beyond_the_limit_is_an_error() {
    let margin = [Length::Px(1e7); 4];
    let error = place(PHOTO, &mug(), &Frame { margin, ..Frame::default() }, NO_ROOM, LIMIT_PX);
    assert_eq!(error.unwrap_err().code(), "too-large");
    let size = Some(Size { width: Some(400), height: None });
    let sliver = place((1, 60_000_000), &mug(), &Frame { size, ..Frame::default() }, NO_ROOM, 1);
    assert_eq!(sliver.unwrap_err().code(), "too-large");
    assert!(place(PHOTO, &mug(), &Frame::default(), NO_ROOM, 1).is_ok(), "the photo's own size");
}

/// xorshift32, for the same cases on every machine.
struct Random(u32);

impl Random {
    fn below(&mut self, end: u32) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 17;
        self.0 ^= self.0 << 5;
        self.0 % end
    }

    fn chance(&mut self) -> bool {
        self.below(2) == 0
    }

    fn share(&mut self) -> f32 {
        self.below(1001) as f32 / 1000.0
    }

    fn photo_and_subject(&mut self) -> ((u32, u32), Subject) {
        let photo = (1 + self.below(900), 1 + self.below(900));
        let (x, y) = (self.below(photo.0), self.below(photo.1));
        let (width, height) = (1 + self.below(photo.0 - x), 1 + self.below(photo.1 - y));
        let touches = Sides {
            top: y == 0 || self.below(8) == 0,
            right: x + width == photo.0,
            bottom: y + height == photo.1,
            left: x == 0 || self.below(8) == 0,
        };
        (photo, subject(Rect { x, y, width, height }, touches))
    }

    fn frame(&mut self) -> Frame {
        let mut frame = cropped();
        for margin in &mut frame.margin {
            *margin = match self.below(3) {
                0 => Length::Px(0.0),
                1 => Length::Px(self.share() * 50.0),
                _ => Length::Share(self.share() * 0.4),
            };
        }
        frame.aspect = self.chance().then(|| 0.2 + self.share() * 4.0);
        frame.fill = self.chance().then(|| 0.1 + self.share() * 0.9);
        frame.align = [self.share(), self.share()];
        frame.snap = self.chance();
        frame
    }
}

fn inside(inner: &Area, outer: &Area, slack: f64) -> bool {
    inner.x >= outer.x - slack
        && inner.y >= outer.y - slack
        && inner.x + inner.width <= outer.x + outer.width + slack
        && inner.y + inner.height <= outer.y + outer.height + slack
}

#[test]
fn the_box_and_its_margins_never_leave_the_canvas() {
    let mut random = Random(0x9e37_79b9);
    for case in 0..20_000 {
        let (photo, subject) = random.photo_and_subject();
        let mut frame = random.frame();
        let sized = random.chance();
        if sized {
            let side = |random: &mut Random| random.chance().then(|| 1 + random.below(900));
            let size = Size { width: side(&mut random), height: side(&mut random) };
            frame.size = Some(size).filter(|size| size.width.is_some() || size.height.is_some());
        }
        let placement = match place(photo, &subject, &frame, NO_ROOM, u64::MAX) {
            Ok(placement) => placement,
            Err(error) => panic!("case {case}: {error}"),
        };
        let context = format!("case {case}: {photo:?} {subject:?} {frame:?} {placement:?}");
        let Placement { width, height, view, source, target } = placement;

        let cut = if frame.snap { subject.touches } else { Sides::default() };
        let bounds = subject.bounds.unwrap();
        let longer = f64::from(bounds.width.max(bounds.height));
        let px = |side: usize, is_cut: bool| match frame.margin[side] {
            _ if is_cut => 0.0,
            Length::Px(px) => f64::from(px),
            Length::Share(share) => f64::from(share) * longer,
        };
        let (top, right) = (px(0, cut.top), px(1, cut.right));
        let (bottom, left) = (px(2, cut.bottom), px(3, cut.left));
        let wanted = Area {
            x: f64::from(bounds.x) - left,
            y: f64::from(bounds.y) - top,
            width: f64::from(bounds.width) + left + right,
            height: f64::from(bounds.height) + top + bottom,
        };
        assert!(inside(&wanted, &view, 0.5001), "{context}");

        let whole = Area { x: 0.0, y: 0.0, width: photo.0.into(), height: photo.1.into() };
        assert!(inside(&source, &whole, 0.0) && source.width > 0.0 && source.height > 0.0);
        assert!(target.width > 0 && target.height > 0, "{context}");
        assert!(target.x + target.width <= width && target.y + target.height <= height);

        if cut.left && !cut.right {
            assert!(view.x == 0.0 && target.x == 0, "{context}");
        }
        if cut.right && !cut.left {
            assert!((view.x + view.width - whole.width).abs() < 1e-6, "{context}");
            assert_eq!(target.x + target.width, width, "{context}");
        }
        if cut.top && !cut.bottom {
            assert!(view.y == 0.0 && target.y == 0, "{context}");
        }
        if cut.bottom && !cut.top {
            assert_eq!(target.y + target.height, height, "{context}");
        }

        match frame.size {
            Some(size) => {
                assert!(size.width.is_none_or(|asked| asked == width), "{context}");
                assert!(size.height.is_none_or(|asked| asked == height), "{context}");
            }
            None => {
                assert_eq!((f64::from(width), f64::from(height)), (view.width, view.height));
                if let Some(aspect) = frame.aspect.map(f64::from) {
                    let off = f64::from(width) - f64::from(height) * aspect;
                    assert!(off.abs() <= 0.5001 + 0.5001 * aspect, "{context}");
                }
            }
        }
    }
}

#[test]
fn the_fill_is_exact_where_no_margin_asks_for_more() {
    let mut random = Random(0x2545_f491);
    for case in 0..5_000 {
        let (photo, subject) = random.photo_and_subject();
        let fill = 0.1 + random.share() * 0.9;
        let aspect = random.chance().then(|| 0.2 + random.share() * 4.0);
        let frame = Frame { fill: Some(fill), aspect, snap: false, ..Frame::default() };
        let placement = place(photo, &subject, &frame, NO_ROOM, u64::MAX).unwrap();
        let bounds = subject.bounds.unwrap();
        let spans = [(bounds.width, placement.width), (bounds.height, placement.height)]
            .map(|(length, side)| f64::from(length) - f64::from(side) * f64::from(fill));
        let most = spans[0].max(spans[1]);
        assert!(most.abs() <= 0.51, "case {case}: {photo:?} {bounds:?} {frame:?} {placement:?}");
    }
}
