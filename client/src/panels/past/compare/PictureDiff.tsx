/** Two pictures: side by side, one over the other with a curtain, or faded into each other. All by keyboard. */
import { useId, useState } from 'react'
import { t } from '../../../text/text.ts'

const ways = ['beside', 'swipe', 'overlay'] as const
type Way = (typeof ways)[number]

export function PictureDiff({ left, right }: { readonly left: string; readonly right: string }) {
  const [way, setWay] = useState<Way>('swipe')
  const [at, setAt] = useState(50)
  const name = useId()
  return (
    <div className="picture-diff">
      <fieldset>
        <legend className="visually-hidden">{t('compare.pictures')}</legend>
        {ways.map((one) => (
          <label key={one}>
            <input type="radio" name={name} checked={way === one} onChange={() => setWay(one)} />
            {t(`compare.${one}`)}
          </label>
        ))}
      </fieldset>
      {way === 'beside' ? (
        <div className="picture-beside">
          <img src={left} alt={t('compare.before')} />
          <img src={right} alt={t('compare.after')} />
        </div>
      ) : (
        <>
          <div className="picture-over">
            <img src={left} alt={t('compare.before')} />
            <img
              src={right}
              alt={t('compare.after')}
              style={way === 'swipe' ? { clipPath: `inset(0 0 0 ${at}%)` } : { opacity: at / 100 }}
            />
          </div>
          <input
            type="range"
            min="0"
            max="100"
            value={at}
            aria-label={t(way === 'swipe' ? 'compare.curtain' : 'compare.fade')}
            onChange={(event) => setAt(Number(event.target.value))}
          />
        </>
      )}
    </div>
  )
}
